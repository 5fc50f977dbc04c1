import Autograd
import Checkpoints
import Randomness
import Sampling
import Text
import Training
import Transformer

/// `minigpt bench`: how fast this computer trains and samples.
struct BenchCommand: Command {
  enum Subject: Equatable { case train, sample }

  var subject = Subject.train
  var preset: String?
  var batchSize: Int?
  var blockSize: Int?
  var steps: Int?
  var corpus: String?
  var checkpoint: String?
  var threads: Int?
  var json = false

  init() {}

  static let definition = CommandDefinition<BenchCommand>(
    name: "bench",
    overview: "Measure how fast this computer trains or samples.",
    examples: [
      .init("Training steps of the default model, on random tokens.", "minigpt bench train"),
      .init("The same of another model.", "minigpt bench train --preset shakespeare --steps 5"),
      .init("Sampling from a checkpoint.", "minigpt bench sample --checkpoint checkpoints/my-text"),
    ],
    positionals: [
      .positional(
        "train|sample", \.subject, .choice("what", ["train": .train, "sample": .sample]), isRequired: true,
        help: "Steps of training without dropout, or tokens sampled one after the other.")
    ],
    groups: [.init("OPTIONS", options)])

  private static var options: [ArgumentDefinition<BenchCommand>] {
    [
      .option(
        "preset", \.preset, .choice("name", among: Preset.all.map(\.name)), defaultText: Preset.all[0].name,
        help: "The model's shape, with random weights."),
      .option(
        "batch-size", \.batchSize, .integer(in: 1...1_048_576), defaultText: "the preset's",
        help: "For train: sequences in a batch (B)."),
      .option(
        "block-size", \.blockSize, .integer(in: 1...1_048_576), defaultText: "the preset's",
        help: "Tokens of context (T)."),
      .option(
        "steps", \.steps, .integer(in: 1...1_000_000), defaultText: "train: 20; sample: 200",
        help: "Steps, or tokens, that are timed; those that warm up go before."),
      .option(
        "corpus", \.corpus, .path("file"), defaultText: "random tokens",
        help: "For train: the text to train on."),
      .option(
        "checkpoint", \.checkpoint, .path(), help: "For sample: a checkpoint or run instead of a preset."),
      .threads(\.threads),
      .json(\.json, "one JSON object"),
    ]
  }

  func run(on terminal: Terminal) throws -> ExitCode {
    try requireConsistency()
    try computing(onThreads: threads) {
      switch subject {
      case .train: try train(on: terminal)
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
    case .sample:
      try exclude([("batch-size", batchSize != nil), ("corpus", corpus != nil)], "for 'bench sample'")
    }
    if checkpoint != nil {
      try exclude([("preset", preset != nil), ("block-size", blockSize != nil)], "beside --checkpoint")
    }
  }
}

// MARK: - What is measured with

extension Preset {
  /// A preset has no vocabulary of its own. Its benchmark has GPT-2's, or else that of tinyshakespeare: 65
  /// characters and `<unk>`.
  fileprivate var benchmarkVocabularySize: Int { name == Preset.gpt2.name ? 50_257 : 66 }
}

extension BenchCommand {
  private var chosenPreset: Preset { preset.flatMap(Preset.named) ?? Preset.all[0] }

  private var recipe: Recipe {
    var recipe = chosenPreset.recipe
    if let blockSize { recipe.contextLength = blockSize }
    if let batchSize { recipe.options.batchSize = batchSize }
    recipe.options.dropout = 0
    return recipe
  }

  /// The corpus as tokens, or as many random ones as a small corpus has.
  private func tokens(contextLength: Int) throws -> (ids: TokenIDs, vocabularySize: Int) {
    if let corpus {
      let text = try Corpus(path: corpus).text
      let tokenizer = CharacterTokenizer(vocabularyOf: text)
      return (try TokenIDs(encoding: text, by: tokenizer), tokenizer.vocabularySize)
    }
    let vocabularySize = chosenPreset.benchmarkVocabularySize
    let count = max(1 << 18, contextLength + 1)
    let ids = Self.randomIDs(count, below: vocabularySize)
    return (TokenIDs(ids, vocabularySize: vocabularySize), vocabularySize)
  }

  /// The same ones each time; never `<unk>`.
  private static func randomIDs(_ count: Int, below vocabularySize: Int) -> [Int32] {
    let key = RandomKey(seed: 1)
    return (0..<count).map { Int32(1 + key.index(at: UInt64($0), below: vocabularySize - 1)) }
  }
}

// MARK: - Measuring

extension BenchCommand {
  private static let warmUpSteps = 3

  private func train(on terminal: Terminal) throws {
    let recipe = recipe
    let (ids, vocabularySize) = try tokens(contextLength: recipe.contextLength)
    let config = recipe.config(vocabularySize: vocabularySize)
    try config.validate()
    let dataset = try TokenDataset(ids, validationFraction: 0, blockSize: recipe.contextLength)
    var trainer = try Trainer(config, dataset: dataset, options: recipe.options)
    let steps = steps ?? 20
    let report = BenchmarkReport(on: terminal, json: json, config)
    report.fact(
      "batch",
      "\(Formatting.count(recipe.options.batchSize)) sequences of "
        + "\(Formatting.count(recipe.contextLength)), \(corpus ?? "random tokens")")

    var times: [Double] = []
    var progress = ProgressReport(on: terminal, fallback: .error)
    for step in 0..<(Self.warmUpSteps + steps) {
      progress.update { "step \(step + 1) of \(Self.warmUpSteps + steps)" }
      let duration = try ContinuousClock().measure { _ = try trainer.takeStep() }
      if step >= Self.warmUpSteps { times.append(duration.seconds * 1e3) }
    }
    report.end(
      Benchmark(
        "train", stepMilliseconds: times, tokensPerStep: trainer.tokensPerStep,
        operationsPerToken: config.trainingOperationsPerToken))
  }

  /// Times what `minigpt sample` does: a prompt of half the context, then one token after the other.
  private func sample(on terminal: Terminal) throws {
    let (model, tokenizer) = try modelToSample()
    let report = BenchmarkReport(on: terminal, json: json, model.config)
    let promptLength = max(1, model.config.contextLength / 2)
    let prompt = tokenizer.decode(Self.randomIDs(promptLength, below: tokenizer.vocabularySize))
    report.fact("prompt", "\(Formatting.count(promptLength)) random characters")

    let generator = TextGenerator(model, tokenizer: tokenizer)
    _ = try generator.generate(prompt: prompt, maxNewTokens: Self.warmUpSteps)
    var times: [Double] = []
    var last = ContinuousClock.now
    let generation = try generator.generate(prompt: prompt, maxNewTokens: 1 + (steps ?? 200)) { _ in
      times.append((.now - last).seconds * 1e3)
      last = .now
      return true
    }
    report.end(
      Benchmark(
        "sample", stepMilliseconds: Array(times.dropFirst()), tokensPerStep: 1,
        operationsPerToken: model.config.samplingOperationsPerToken),
      prefill: (promptLength, generation.timeToFirstToken.seconds))
  }

  private func modelToSample() throws -> (GPT, CharacterTokenizer) {
    if let checkpoint {
      let loaded = try Checkpoint(directory: RunDirectory.checkpoint(at: checkpoint))
      return (loaded.model, loaded.tokenizer)
    }
    let vocabularySize = chosenPreset.benchmarkVocabularySize
    // Characters past the basic plane: there are enough in a row.
    let scalars = (1..<UInt32(vocabularySize)).compactMap { Unicode.Scalar(0x1_0000 + $0) }
    let config = recipe.config(vocabularySize: vocabularySize)
    return (try GPT(config, key: RandomKey(seed: 1)), try CharacterTokenizer(scalars: scalars))
  }
}
