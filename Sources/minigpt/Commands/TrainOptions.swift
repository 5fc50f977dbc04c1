import Files
import Training

// What `minigpt train` can be told. Options of the recipe say in help what each preset has.

extension TrainCommand {
  static var runOptions: [ArgumentDefinition<TrainCommand>] {
    let names = Preset.all.map(\.name)
    let presets = Preset.all.map { "\($0.name) (\($0.summary))" }.joined(separator: "; ")
    return [
      .option(
        "preset", \.preset, .choice("name", among: names),
        defaultText: "\(Preset.all[0].name); \(Preset.fables.name) for the corpus that comes along",
        help: "What the run starts from: \(presets)."),
      .option(
        "config", \.configFile, .path("file"), defaultText: nil,
        help: "A JSON file of options by name, as {\"n_layer\": 6}; the command line goes before it."),
      .option(
        "out", \.output, .path(),
        defaultText: "checkpoints/ and the corpus's name, numbered where that is taken",
        help: "The run's directory."),
      .flag("resume", \.resumes, help: "Go on with the run in that directory; start it where there is none."),
      .flag("overwrite", \.overwrites, help: "Replace the run in that directory."),
      .setting(
        "seed", \.options.seed, .integer(in: 0...UInt64(Int64.max)), help: "Where all randomness comes from."),
      .setting("precision", \.options.precision, .precision, help: precisionHelp),
      .threads(\.threads),
      .json(\.json, "one JSON object for each step, evaluation and checkpoint"),
    ]
  }

  static var modelOptions: [ArgumentDefinition<TrainCommand>] {
    [
      .setting("n-layer", \.layerCount, .integer(in: 1...4096), help: "Blocks (L)."),
      .setting("n-head", \.headCount, .integer(in: 1...4096), help: "Attention heads (H)."),
      .setting(
        "n-kv-head", \.keyValueHeadCount, .integer(in: 1...4096), otherwise: "as n-head",
        help: "Key and value heads (G), each shared by H/G query heads."),
      .setting(
        "n-embd", \.width, .integer(in: 1...1_048_576), help: "Width of the embedding (C), divisible by H."),
      .setting(
        "block-size", \.contextLength, .integer(in: 1...1_048_576), help: "Characters of context (T)."),
      .setting(
        "sliding-window", \.slidingWindow, .integer(in: 1...1_048_576), otherwise: "all of the context",
        help: "Characters that each one attends to (W), itself included."),
      .setting(
        "dropout", \.options.dropout, .number(atLeast: 0, below: 1),
        help: "The share of units left out in training."),
    ]
  }

  static var optimizationOptions: [ArgumentDefinition<TrainCommand>] {
    [
      .setting("max-iters", \.options.maxIterations, .integer(in: 1...Int.max), help: "Steps to take."),
      .setting(
        "batch-size", \.options.batchSize, .integer(in: 1...1_048_576), help: "Sequences in a batch (B)."),
      .setting(
        "gradient-accumulation-steps", \.options.gradientAccumulationSteps, .integer(in: 1...1_048_576),
        help: "Batches whose gradients make one step."),
      .setting(
        "learning-rate", \.options.learningRate, .number(atLeast: 0),
        help: "The learning rate at its highest."),
      .setting(
        "min-lr", \.options.minLearningRate, .number(atLeast: 0), help: "The learning rate at its end."),
      .setting(
        "warmup-iters", \.options.warmupIterations, .integer(in: 0...Int.max),
        otherwise: "100, or a tenth of lr-decay-iters where that is less", help: "Steps in which it rises."),
      .setting(
        "lr-decay-iters", \.options.decayIterations, .integer(in: 1...Int.max), otherwise: "max-iters",
        help: "The step at which it has come down."),
      .setting(
        "weight-decay", \.options.weightDecay, .number(atLeast: 0),
        help: "Decay of weight matrices; nothing else decays."),
      .setting("beta1", \.options.beta1, .number(atLeast: 0, below: 1), help: "AdamW's β₁."),
      .setting("beta2", \.options.beta2, .number(atLeast: 0, below: 1), help: "AdamW's β₂."),
      .setting(
        "grad-clip", \.options.gradientClip, .number(atLeast: 0),
        help: "The largest norm of the gradient; 0 for no limit."),
    ]
  }

  static var evaluationOptions: [ArgumentDefinition<TrainCommand>] {
    [
      .setting(
        "eval-interval", \.options.evalInterval, .integer(in: 1...Int.max),
        help: "Steps between evaluations."),
      .setting(
        "eval-iters", \.options.evaluation, .evaluationExtent,
        help: "Random batches to evaluate on of either part, or 'full' for all of the validation part."),
      .setting(
        "val-fraction", \.options.validationFraction, .number(above: 0, below: 1),
        help: "The share of the corpus, at its end, that is held back to validate with."),
      .setting(
        "patience", \.options.patience, .integer(in: 1...Int.max), otherwise: "none",
        help: "Stop after so many evaluations without a better validation loss."),
      .setting(
        "save-interval", \.options.saveInterval, .integer(in: 1...Int.max), otherwise: "at evaluations only",
        help: "Save every so many steps besides."),
      .setting(
        "keep", \.options.keep, .integer(in: 1...Int.max),
        help: "Latest checkpoints that stay; the best stays besides."),
    ]
  }
}

extension ArgumentDefinition<TrainCommand> {
  /// An option that changes the preset's recipe.
  fileprivate static func setting<Value: Equatable>(
    _ name: String, _ property: any WritableKeyPath<Recipe, Value> & Sendable, _ type: ArgumentType<Value>,
    help: String
  ) -> Self {
    .option(name, type, defaultText: defaults { type.format($0[keyPath: property]) }, help: help) {
      value, command in
      command.changes.append { $0[keyPath: property] = value }
    }
  }

  /// An option that changes the preset's recipe, in which it may be nil; `otherwise` says what that means.
  fileprivate static func setting<Value: Equatable>(
    _ name: String, _ property: any WritableKeyPath<Recipe, Value?> & Sendable, _ type: ArgumentType<Value>,
    otherwise: String, help: String
  ) -> Self {
    let text = defaults { $0[keyPath: property].map(type.format) ?? otherwise }
    return .option(name, type, defaultText: text, help: help) { value, command in
      command.changes.append { $0[keyPath: property] = value }
    }
  }

  /// The default preset's value, and those of the presets that have another: "12; shakespeare: 64".
  private static func defaults(_ text: (Recipe) -> String) -> String {
    let first = text(Preset.all[0].recipe)
    let others = Preset.all.dropFirst().map { ($0.name, text($0.recipe)) }.filter { $0.1 != first }
    return ([first] + others.map { "\($0): \($1)" }).joined(separator: "; ")
  }
}

extension ArgumentType<EvaluationExtent> {
  /// A number of batches, or "full".
  fileprivate static let evaluationExtent = ArgumentType(
    placeholder: "n", expectation: "a whole number of at least 1, or 'full'", choices: ["full"],
    parse: { text in
      if text == "full" { return .full }
      return Int(text).flatMap { $0 >= 1 ? .batches($0) : nil }
    },
    format: { extent in
      switch extent {
      case .full: "full"
      case .batches(let count): String(count)
      }
    })
}
