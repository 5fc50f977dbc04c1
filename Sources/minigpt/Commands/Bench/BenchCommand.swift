import Autograd
import Benchmarks
import Files
import Randomness
import Text
import Training
import Transformer

/// `minigpt bench`: how fast this computer trains and samples, and what its kernels reach of its peak.
struct BenchCommand: Command {
  enum Subject: Equatable { case train, sample, kernels }

  var subject = Subject.train
  var preset: String?
  var architecture: ModelArchitecture?
  var batchSize: Int?
  var blockSize: Int?
  var steps: Int?
  var corpus: String?
  var checkpoint: String?
  var optimizer: OptimizerKind?
  var precision: Precision?
  var threads: Int?
  var json = false

  init() {}

  static let definition = CommandDefinition<BenchCommand>(
    name: "bench",
    overview: "Measure training or sampling speed, or how close each kernel comes to the machine's peak.",
    examples: [
      .init("Training steps of the default model, on random tokens.", "minigpt bench train"),
      .init("The same for another model.", "minigpt bench train --preset shakespeare --steps 5"),
      .init("Sampling from a checkpoint.", "minigpt bench sample --checkpoint checkpoints/my-text"),
      .init("Each kernel compared with the machine's peak.", "minigpt bench kernels --preset baby"),
    ],
    positionals: [
      .positional(
        "train|sample|kernels", \.subject,
        .choice("what", ["train": .train, "sample": .sample, "kernels": .kernels]), isRequired: true,
        help:
          "Training steps without dropout, token-by-token sampling, or the kernels of a training step.")
    ],
    groups: [.init("OPTIONS", options)])

  private static var options: [ArgumentDefinition<BenchCommand>] {
    [
      .option(
        "preset", \.preset, .choice("name", among: Preset.all.map(\.name)),
        defaultText:
          "\(Preset.all[0].name); kernels: \(kernelPresets.map(\.preset.name).joined(separator: ", "))",
        help: "The model's shape, with random weights."),
      .option(
        "architecture", \.architecture, .architecture, defaultText: "the preset's", help: Recipe.architectureHelp),
      .option(
        "batch-size", \.batchSize, .integer(in: 1...1_048_576), defaultText: "the preset's",
        help: "For train and kernels: sequences per batch (B)."),
      .option(
        "block-size", \.blockSize, .integer(in: 1...1_048_576), defaultText: "the preset's",
        help: "Context length in tokens (T)."),
      .option(
        "steps", \.steps, .integer(in: 1...1_000_000), defaultText: "train: 20; sample: 200; kernels: 5",
        help: "Number of timed steps, tokens or repetitions, not counting warm-up."),
      .option(
        "corpus", \.corpus, .path("file"), defaultText: "random tokens",
        help: "For train: the text to train on."),
      .option(
        "checkpoint", \.checkpoint, .path(), help: "For sample: a checkpoint or run instead of a preset."),
      .option(
        "optimizer", \.optimizer, .optimizer, defaultText: "the preset's",
        help: "For train: what updates the parameters."),
      .option(
        "precision", \.precision, .precision, defaultText: "the command's own: train: medium; sample: highest",
        help: Recipe.precisionHelp),
      .threads(\.threads),
      .json(\.json, "one JSON object (kernels: one for each row)"),
    ]
  }

  func run(on terminal: Terminal) throws -> ExitCode {
    try requireConsistency()
    try computing(onThreads: threads, in: effectivePrecision) {
      switch subject {
      case .train: try train(on: terminal)
      case .kernels: try measureKernels(on: terminal)
      case .sample: try sample(on: terminal)
      }
    }
    return .success
  }

  private func requireConsistency() throws(UsageError) {
    func exclude(_ flags: [(name: String, isGiven: Bool)], _ reason: String) throws(UsageError) {
      guard let flag = flags.first(where: \.isGiven) else { return }
      throw .conflict("--\(flag.name) has no meaning \(reason).")
    }
    switch subject {
    case .train: try exclude([("checkpoint", checkpoint != nil)], "for 'bench train'")
    case .kernels:
      try exclude(
        [("checkpoint", checkpoint != nil), ("corpus", corpus != nil), ("optimizer", optimizer != nil)],
        "for 'bench kernels'")
    case .sample:
      try exclude(
        [("batch-size", batchSize != nil), ("corpus", corpus != nil), ("optimizer", optimizer != nil)],
        "for 'bench sample'")
    }
    if checkpoint != nil {
      try exclude(
        [("preset", preset != nil), ("architecture", architecture != nil), ("block-size", blockSize != nil)],
        "beside --checkpoint")
    }
  }
}

// MARK: - What is measured with

extension Preset {
  /// A preset has no vocabulary of its own. Its benchmark has GPT-2's, or else that of tinyshakespeare: 65
  /// characters and `<unk>`.
  var benchmarkVocabularySize: Int { name == Preset.gpt2.name ? 50_257 : 66 }
}

extension BenchCommand {
  /// The one asked for, or that of the command that is measured.
  var effectivePrecision: Precision {
    precision ?? (subject == .sample ? .highest : TrainingOptions().precision)
  }

  var chosenPreset: Preset { preset.flatMap(Preset.named) ?? Preset.all[0] }

  var recipe: Recipe { recipe(from: chosenPreset) }

  /// The preset's recipe as the command line changes it, without dropout.
  func recipe(from preset: Preset) -> Recipe {
    var recipe = preset.recipe
    if let architecture { recipe.model.architecture = architecture }
    if let blockSize { recipe.model.contextLength = blockSize }
    if let batchSize { recipe.options.batchSize = batchSize }
    if let optimizer { recipe.options.optimizer = optimizer }
    (recipe.options.dropout, recipe.options.precision) = (0, effectivePrecision)
    return recipe
  }

  /// The corpus as tokens, or as many random ones as a small corpus has.
  func tokens(contextLength: Int) throws -> (ids: TokenIDs, vocabularySize: Int) {
    if let corpus {
      let text = try Corpus(path: corpus)
      let tokenizer = try Tokenizers.standard(corpus: text)
      return (try TokenIDs(encoding: text, by: tokenizer), tokenizer.vocabularySize)
    }
    let vocabularySize = chosenPreset.benchmarkVocabularySize
    let count = max(1 << 18, contextLength + 1)
    let ids = (0..<count).lazy.map { Int32(1 + Self.key.index(at: UInt64($0), below: vocabularySize - 1)) }
    return (TokenIDs(ids, vocabularySize: vocabularySize), vocabularySize)
  }

  /// What benchmarks draw from, the same each time.
  static let key = RandomKey(seed: 1)
}
