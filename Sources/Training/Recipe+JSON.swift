import Autograd
import Files

// A recipe as JSON: members are named as the command line's flags, so that a difference can be told in its words.

extension Recipe {
  /// What may change when a run goes on: how long, how often, and how much is kept.
  static let changeable: Set<String> = [
    "max_iters", "eval_interval", "eval_iters", "save_interval", "keep", "patience",
  ]

  /// Every setting, with defaults resolved.
  package var json: JSON {
    func optional(_ value: Int?) -> JSON { value.map { .integer($0) } ?? .null }
    return [
      "n_layer": .integer(layerCount), "n_head": .integer(headCount),
      "n_kv_head": .integer(keyValueHeadCount ?? headCount), "n_embd": .integer(width),
      "block_size": .integer(contextLength), "sliding_window": optional(slidingWindow),
      "batch_size": .integer(options.batchSize),
      "gradient_accumulation_steps": .integer(options.gradientAccumulationSteps),
      "max_iters": .integer(options.maxIterations), "learning_rate": .number(options.learningRate),
      "min_lr": .number(options.minLearningRate), "warmup_iters": .integer(options.schedule.warmupSteps),
      "lr_decay_iters": .integer(options.schedule.decaySteps),
      "weight_decay": .number(options.weightDecay), "beta1": .number(options.beta1), "beta2": .number(options.beta2),
      "grad_clip": .number(options.gradientClip), "dropout": .number(options.dropout),
      "eval_interval": .integer(options.evalInterval), "eval_iters": options.evaluation.json,
      "save_interval": optional(options.saveInterval), "keep": .integer(options.keep),
      "patience": optional(options.patience), "seed": .integer(Int(bitPattern: UInt(options.seed))),
      "precision": .string(options.precision.rawValue), "val_fraction": .number(options.validationFraction),
    ]
  }

  /// The recipe that `json` was made of. Throws `FileError.malformed` where a member is missing or no such number.
  package init(_ json: JSONField) throws {
    var options = TrainingOptions()
    options.batchSize = try json["batch_size"].integer
    options.gradientAccumulationSteps = try json["gradient_accumulation_steps"].integer
    options.maxIterations = try json["max_iters"].integer
    options.learningRate = try json["learning_rate"].number
    options.minLearningRate = try json["min_lr"].number
    options.warmupIterations = try json["warmup_iters"].integer
    options.decayIterations = try json["lr_decay_iters"].integer
    options.weightDecay = try json["weight_decay"].number
    options.beta1 = try json["beta1"].number
    options.beta2 = try json["beta2"].number
    options.gradientClip = try json["grad_clip"].number
    options.dropout = try json["dropout"].number
    options.evalInterval = try json["eval_interval"].integer
    options.evaluation = try EvaluationExtent(json["eval_iters"])
    options.saveInterval = try json["save_interval"].ifPresent?.integer
    options.keep = try json["keep"].integer
    options.patience = try json["patience"].ifPresent?.integer
    options.seed = UInt64(UInt(bitPattern: try json["seed"].integer))
    options.precision = try json["precision"].ifPresent.map(Precision.init) ?? .highest
    options.validationFraction = try json["val_fraction"].number
    self.init(
      layerCount: try json["n_layer"].integer, headCount: try json["n_head"].integer,
      width: try json["n_embd"].integer, contextLength: try json["block_size"].integer, options: options)
    keyValueHeadCount = try json["n_kv_head"].integer
    slidingWindow = try json["sliding_window"].ifPresent?.integer
  }

  /// What keeps a run of `saved` from going on with this recipe: each setting that differs and may not, as
  /// `--batch-size was 12, is 16`.
  package func differences(from saved: Recipe) -> [String] {
    guard case .object(let members) = json else { return [] }
    let before = saved.json
    return members.compactMap { member in
      guard !Self.changeable.contains(member.name), let was = before[member.name], was != member.value else {
        return nil
      }
      let flag = "--" + member.name.replacing("_", with: "-")
      return "\(flag) was \(was.compact), is \(member.value.compact)"
    }
  }
}

extension Precision {
  fileprivate init(_ json: JSONField) throws {
    let name = try json.string
    guard let precision = Precision(rawValue: name) else { throw json.failure("no precision is called \(name)") }
    self = precision
  }
}

extension EvaluationExtent {
  fileprivate var json: JSON {
    switch self {
    case .batches(let count): .integer(count)
    case .full: "full"
    }
  }

  fileprivate init(_ json: JSONField) throws {
    self = json.value == "full" ? .full : .batches(try json.integer)
  }
}
