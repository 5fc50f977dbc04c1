import Autograd
import Checkpoints
import Files
import Training
import Transformer

/// `minigpt gradcheck`: gradients against central differences, of every operation or of a checkpoint's whole model.
struct GradientCheckCommand: Command {
  var checkpoint: String?
  var text: String?
  var elements: Int?
  var seed: UInt64 = 1
  var json = false

  init() {}

  private static let defaultElements = 8

  static let definition = CommandDefinition<GradientCheckCommand>(
    name: "gradcheck",
    overview: "Check gradients against central differences: of every operation, or of a checkpoint's whole model.",
    examples: [
      .init("One row per operation, with PyTorch's tolerances.", "minigpt gradcheck"),
      .init(
        "One row per parameter of a model, on the beginning of a text, and cached against uncached logits.",
        "minigpt gradcheck checkpoints/my-text --text my-text.txt"),
      .init(
        "Every single weight, at two loss evaluations each: for small models.",
        "minigpt gradcheck checkpoints/my-text --elements all"),
      .init("One JSON object per row, for scripts.", "minigpt gradcheck --json"),
    ],
    positionals: [
      .positional(
        "checkpoint", \.checkpoint, .path(), defaultText: "none: the operations",
        help: "A run's directory (its best checkpoint, else its last) or one checkpoint.")
    ],
    groups: [
      .init(
        "OPTIONS",
        [
          .option(
            "text", \.text, .path(),
            defaultText: "data/fables.txt if the vocabulary covers it, else random tokens",
            help: "UTF-8 text; the checkpoint is checked on its beginning."),
          .option(
            "elements", \.elements, .elementCount, defaultText: "\(defaultElements)",
            help: """
              How many elements of each parameter to perturb one by one, or 'all'; each is also perturbed as a whole \
              in a random direction.
              """),
          .option("seed", \.seed, .integer(in: 0...UInt64.max), help: "Seed of the chosen elements and directions."),
          .flag("json", \.json, help: "Print one JSON object per row. The exit code is 70 if a check fails."),
        ])
    ])

  func run(on terminal: Terminal) throws -> ExitCode {
    var check = GradientCheck()
    check.seed = seed
    let table = GradientCheckTable(check, json: json, terminal)
    if let checkpoint {
      check.mode = .elements(elements ?? Self.defaultElements)
      try run(check, onCheckpoint: checkpoint, table, terminal)
    } else {
      if text != nil || elements != nil {
        throw UsageError.conflict("--text and --elements are for a checkpoint: give one, or leave them out")
      }
      try run(check, table)
    }
    return table.finish()
  }

  /// A row for each operation, and one for a small model of each architecture.
  private func run(_ check: GradientCheck, _ table: GradientCheckTable) throws {
    let names = Operation.allCases.map(\.rawValue) + ModelArchitecture.allCases.map(Self.rowName)
    table.begin("operation", nameWidth: names.map(\.count).max() ?? 0, namesInputs: true)
    for operation in Operation.allCases {
      let samples = operation.checkGradients(check)
      let worst = samples.max { ($0.report.worst?.error ?? 0) < ($1.report.worst?.error ?? 0) }
      let total = samples.reduce(GradientCheck.Report()) { $0.merged(with: $1.report) }
      table.add(operation.rawValue, total, sample: worst?.sample)
    }
    for architecture in ModelArchitecture.allCases {
      let model = try SmallModelCheck(architecture)
      let report = model.report(check)
      table.add(Self.rowName(architecture), report, sample: report.worst.map { model.parameterNames[$0.input] })
    }
  }

  /// What the row of a whole model is called.
  private static func rowName(_ architecture: ModelArchitecture) -> String { "whole \(architecture) model" }

  /// A longer context is checked as far as this: the cache's check computes every position of it twice.
  private static let longestSample = 1024

  /// A row for each of the model's tensors, and one for its cache in each element type.
  private func run(
    _ check: GradientCheck, onCheckpoint checkpoint: String, _ table: GradientCheckTable, _ terminal: Terminal
  ) throws {
    let (path, loaded) = try RunDirectory.readCheckpoint(at: checkpoint)
    for note in loaded.notes { terminal.writeLine(note, to: .error) }
    let sample = try TextSample(
      of: text, for: loaded.tokenizer, length: min(loaded.model.config.contextLength, Self.longestSample), seed: seed)
    let batch = sample.batch(for: loaded.model, seed: seed)
    let model = ModelGradientCheck(
      loaded.model, inputs: batch.inputs, targets: batch.targets, batchSize: batch.batchSize)
    guard model.loss.isFinite else {
      throw FileError.malformed(
        file: path, reason: "its loss is \(model.loss): its weights are damaged, or its training diverged")
    }
    if !json {
      let size =
        "\(Formatting.count(batch.batchSize, "sequence")) of \(Formatting.count(batch.length, loaded.tokenizer.unit))"
      terminal.writeLine("\(path) on \(size) of \(sample.source)\n")
    }
    table.begin("parameter", nameWidth: model.parameterNames.map(\.count).max() ?? 0, namesInputs: false)
    for (index, name) in model.parameterNames.enumerated() { table.add(name, model.report(check, by: index)) }
    for type in [ElementType.float64, .float32] {
      table.add(CacheCheck(loaded.model.converted(to: type), sample.tokens))
    }
  }
}

extension ValueType<Int> {
  /// A number of elements, or all of them.
  fileprivate static let elementCount = ValueType(
    placeholder: "n", expectation: "a whole number of at least 1, or 'all'", choices: ["all"],
    parse: { text in text == "all" ? .max : Int(text).flatMap { $0 >= 1 ? $0 : nil } },
    format: { $0 == .max ? "all" : "\($0)" })
}
