import Text
import Transformer

/// What a run of a recipe on a corpus takes on this computer.
public struct RunEstimate: Sendable, Equatable {
  /// Tokens of the training and the validation split, and those of a step.
  public let trainingTokens, validationTokens, tokensPerStep: Int
  /// The model's parameters.
  public let parameterCount: Int
  /// How often the run sees the training split.
  public let epochs: Double
  /// Memory for the corpus, the model and a step, in bytes, by the count that decides whether there is enough.
  public let byteCount: Double
  /// How long a step takes: the median of those that were taken.
  public let secondsPerStep: Double
  /// How many steps were taken to know.
  public let measuredSteps: Int
  /// The whole run, its evaluations included.
  public let seconds: Double

  /// Takes a few real steps of a run by `recipe` on `corpus`, of which nothing is kept.
  ///
  /// - Parameters:
  ///   - patience: no further step is begun after so many seconds, once two were taken.
  ///   - shouldStop: asked before each step; then the steps so far must do, of which there is one at least.
  /// - Throws: what a run of it would: `TrainingError`, `GPTConfigError`, `TextError`, `MemoryError`.
  public init(_ recipe: Recipe, on corpus: Corpus, patience: Double = 3, shouldStop: () -> Bool = { false }) throws {
    try recipe.validate()
    let tokenizer = try Tokenizers.standard(corpus: corpus)
    let config = recipe.config(vocabularySize: tokenizer.vocabularySize)
    try config.validate()
    let options = recipe.options
    let dataset = try TokenDataset(
      TokenIDs(encoding: corpus, by: tokenizer), validationFraction: options.validationFraction,
      blockSize: config.contextLength)
    var trainer = try Trainer(config, dataset: dataset, options: options)
    (trainingTokens, validationTokens) = (dataset[.training].count, dataset[.validation].count)
    (tokensPerStep, parameterCount) = (trainer.tokensPerStep, config.parameterCount)
    epochs = Double(options.maxIterations) * Double(trainer.tokensPerStep) / Double(trainingTokens)
    byteCount = Trainer.byteCount(config, batchSize: options.batchSize) + Double(dataset.tokens.byteCount)

    let clock = ContinuousClock()
    let start = clock.now
    var durations: [Double] = []
    while durations.isEmpty || (durations.count < 12 && !shouldStop()) {
      let begin = clock.now
      _ = try trainer.takeStep()
      durations.append((clock.now - begin).seconds)
      if durations.count > 1, (clock.now - start).seconds > patience { break }
    }
    measuredSteps = durations.count
    // The first step sets things up.
    let typical = durations.dropFirst(durations.count > 1 ? 1 : 0).sorted()
    secondsPerStep = typical[typical.count / 2]
    let batches = options.evaluationBatches(validationTokens: validationTokens, length: config.contextLength)
    // In floating point, since both may be as large as an integer is.
    let evaluations = (Double(options.maxIterations) / Double(options.evalInterval)).rounded(.up)
    // An evaluation goes forward alone, which is a third of the work of a step.
    let share = 2 * Double(batches) / 3 / Double(options.gradientAccumulationSteps)
    seconds = secondsPerStep * (Double(options.maxIterations) + evaluations * share)
  }
}

extension TrainingOptions {
  /// How many batches of each split an evaluation reads.
  fileprivate func evaluationBatches(validationTokens: Int, length: Int) -> Int {
    switch evaluation {
    case .batches(let count): count
    case .full: validationTokens / (batchSize * length) + 1
    }
  }
}
