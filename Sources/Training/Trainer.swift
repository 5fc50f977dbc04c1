import Autograd
import Files
import Layers
import NGrams
import Optimizers
import Randomness
import Text
import Transformer

/// Trains a model on a dataset, step by step.
///
/// Batches, dropout and evaluation draws are functions of (seed, step), so a trainer that goes on from a step does what
/// one that never stopped would have done, bit for bit and with any number of threads.
public struct Trainer {
  /// The model as trained so far; its parameters are variables.
  public private(set) var model: GPT
  /// The number of steps taken, those that were skipped included.
  public private(set) var step: Int
  /// Which of the endless rows of batches it draws from: 0, and another after each return to a checkpoint.
  public private(set) var batchOffset: Int
  /// How many of the last steps, without one in between that was taken, were skipped.
  public private(set) var consecutiveSkips: Int
  /// How it trains.
  public private(set) var options: TrainingOptions
  /// What it trains on.
  public let dataset: TokenDataset
  /// The n-grams that are mixed with the model's predictions, where the options say so, not fitted to any model yet.
  public var mixture: NGramMixture? { evaluator.mixture?.whole }

  /// What the loss and the gradient norm of a step count as, before it is decided (in `takeStep`, and there alone) whether
  /// the step is skipped: what was measured. Where several processes train together, they have to agree on it.
  package var agreed: @Sendable (_ measured: StepReport) -> StepReport = { $0 }

  private var optimizer: any Optimizer
  private var batches: RandomBatches
  let evaluator: Evaluator
  private let teacher: NGramTeacher?
  private let dropoutKey: RandomKey

  /// So many skipped steps in a row are no accident any more.
  package static let mostConsecutiveSkips = 3

  /// What the seed is used for; each purpose has draws of its own.
  private enum Purpose: UInt64 {
    case initialization, batches, dropout, evaluation
  }

  /// A trainer of a model of shape `config`: a fresh one, or `pretrained`, whose shape that is.
  /// Throws if the configuration or an option is invalid.
  public init(
    _ config: GPTConfig, from pretrained: Pretrained? = nil, dataset: TokenDataset, options: TrainingOptions
  ) throws {
    try config.validate()
    try Self.requireMemory(config, options)
    let key = Self.key(options, .initialization)
    let model = try pretrained?.model(vocabularySize: config.vocabularySize, key: key) ?? GPT(config, key: key)
    try self.init(model, after: 0, dataset: dataset, options: options)
  }

  /// A trainer that resumes `model` after `step` steps, with a fresh optimizer: see `restoreOptimizer`.
  /// Throws if an option is invalid, or a step would take more memory than there is.
  package init(
    _ model: GPT, after step: Int, batchOffset: Int = 0, consecutiveSkips: Int = 0, dataset: TokenDataset,
    options: TrainingOptions
  ) throws {
    try options.validate()
    try Self.requireMemory(model.config, options)
    self.model = model.requiringGradient()
    (self.step, self.batchOffset, self.consecutiveSkips) = (step, batchOffset, consecutiveSkips)
    self.options = options
    let (length, size) = (model.config.contextLength, model.config.vocabularySize)
    var mixture: CalibratedMixture?
    if options.mixesNGrams {
      self.dataset = try dataset.holdingOutForMixture(blockSize: length, vocabularySize: size)
      mixture = try CalibratedMixture(self.dataset, vocabularySize: size)
    } else {
      self.dataset = dataset
    }
    optimizer = options.optimizer.makeOptimizer(of: model, options)
    batches = Self.batches(self.dataset, model.config, options, offset: batchOffset)
    evaluator = Evaluator(
      dataset: self.dataset, extent: options.evaluation, batchSize: options.batchSize,
      key: Self.key(options, .evaluation), mixture: mixture)
    dropoutKey = Self.key(options, .dropout)
    teacher = NGramTeacher(dataset, vocabularySize: model.config.vocabularySize, options)
  }

  /// Throws if a step would take more memory than there is.
  private static func requireMemory(_ config: GPTConfig, _ options: TrainingOptions) throws(MemoryError) {
    // Beside the step: the ids and the targets of all accumulated batches.
    let tokens = Double(options.batchSize) * Double(options.gradientAccumulationSteps) * Double(config.contextLength)
    try Files.requireMemory(
      byteCount(config, batchSize: options.batchSize) + 8 * tokens,
      for: "training this model with batches of \(options.batchSize)",
      remedy: "make it smaller, or `batch_size` (`gradient_accumulation_steps` makes up for it)")
  }

  /// How much memory a model and a step take, in bytes, by a rough count.
  static func byteCount(_ config: GPTConfig, batchSize: Int) -> Double {
    // Four bytes each: a weight, its gradient, and two moments or Muon's momentum and update; and for a token in a
    // block some twelve rows of width C and two of width F that backward will want.
    let parameters = 16 * Double(config.parameterCount)
    let tokens = Double(batchSize) * Double(config.contextLength)
    return parameters + 4 * tokens * Double(config.layerCount) * Double(12 * config.width + 2 * config.mlpWidth)
  }

  /// One draw of rows a step: cut into accumulated batches, they are the rows of one large batch.
  private static func batches(
    _ dataset: TokenDataset, _ config: GPTConfig, _ options: TrainingOptions, offset: Int
  ) -> RandomBatches {
    let key = key(options, .batches)
    return RandomBatches(
      dataset[.training], batchSize: options.batchSize * options.gradientAccumulationSteps,
      length: config.contextLength, key: offset == 0 ? key : key.derived(by: UInt64(offset)))
  }

  private static func key(_ options: TrainingOptions, _ purpose: Purpose) -> RandomKey {
    RandomKey(seed: options.seed).derived(by: purpose.rawValue)
  }

  /// Tokens per training step.
  public var tokensPerStep: Int {
    options.batchSize * options.gradientAccumulationSteps * model.config.contextLength
  }

  /// Whether so many steps in a row were skipped that the weights must be to blame.
  public var hasDiverged: Bool { consecutiveSkips >= Self.mostConsecutiveSkips }

  /// Takes one step: batch, loss, gradients, clipping, the optimizer's update.
  ///
  /// Where the loss or a gradient is not finite, the step is skipped: it counts, and weights and optimizer state stay.
  ///
  /// - Throws: `TrainingError.diverged` after three skipped steps in a row, and changes nothing.
  public mutating func takeStep() throws(TrainingError) -> StepReport {
    try takeStep { _ in }
  }

  /// The same, and says when each part has ended; every accumulated batch has a forward and a backward part.
  package mutating func takeStep(partEnded: (TrainingStage) -> Void) throws(TrainingError) -> StepReport {
    if hasDiverged { throw .diverged(divergence(.steps(count: consecutiveSkips))) }
    let learningRate = options.schedule(step)
    let batch = batches.batch(at: step)
    partEnded(.data)
    let (loss, gradients) = processor.run { differentiate(batch, at: step, partEnded) }
    let norm = gradients.globalNorm
    step += 1
    let report = agreed(
      StepReport(step: step, loss: loss, learningRate: learningRate, gradientNorm: norm, batchOffset: batchOffset))
    guard report.isFinite else {
      consecutiveSkips += 1
      return report
    }
    consecutiveSkips = 0
    optimizer.update(
      &model, with: gradients,
      at: OptimizerStep(
        number: step, learningRate: learningRate,
        gradientScale: clippingScale(norm: report.gradientNorm, limit: options.gradientClip)))
    partEnded(.optimizer)
    return report
  }

  /// The mean loss of `batch`, which is that of the step after `step`, and its gradients, in the order of the parameters.
  func differentiate(
    _ batch: TokenBatch, at step: Int, _ partEnded: (TrainingStage) -> Void
  ) -> (loss: Double, gradients: [Tensor]) {
    var total = 0.0
    var sums: [Tensor] = []
    for part in 0..<options.gradientAccumulationSteps {
      let (loss, gradients) = differentiate(rows(of: batch, part: part), dropout(at: step, part: part), partEnded)
      total += loss
      if sums.isEmpty {
        sums = gradients
      } else {
        for index in sums.indices { sums[index] += gradients[index] }
      }
      partEnded(.backward)
    }
    return (total, sums)
  }

  /// The share that one accumulated batch has in the loss and the gradients. The graph is gone when it returns.
  private func differentiate(
    _ rows: TokenBatch, _ dropout: Dropout?, _ partEnded: (TrainingStage) -> Void
  ) -> (loss: Double, gradients: [Tensor]) {
    // The loss itself gets no name, which would keep all of the graph until the gradients are there.
    let share = model.loss(
      inputs: rows.inputs, targets: rows.targets, soft: teacher?.softTargets(for: rows), batchSize: rows.batchSize,
      dropout: dropout
    ).affine(scale: 1 / Double(options.gradientAccumulationSteps))
    let value = share.item
    partEnded(.forward)
    return (value, (consume share).gradients(of: model.parameters))
  }

  /// The rows of a step's batch that make its accumulated batch number `part`.
  func rows(of batch: TokenBatch, part: Int) -> TokenBatch {
    batch.rows((part * options.batchSize)..<((part + 1) * options.batchSize))
  }

  /// The batch of the step after `step`.
  func batch(at step: Int) -> TokenBatch { batches.batch(at: step) }

  func dropout(at step: Int, part: Int) -> Dropout? {
    guard options.dropout > 0 else { return nil }
    return Dropout(probability: options.dropout, key: dropoutKey.derived(by: UInt64(step), UInt64(part)))
  }

  /// The tensors that the optimizer keeps between steps, with their names.
  package var optimizerState: [(name: String, tensor: Tensor)] { optimizer.namedState }

  /// Restores the optimizer's state: `read` returns each saved tensor by its name and shape.
  package mutating func restoreOptimizer(_ read: (_ name: String, _ shape: [Int]) throws -> Tensor) throws {
    try optimizer.visitState { name, tensor in tensor = try read(name, tensor.shape) }
  }

  /// Goes back to `model` as it was after `step` steps, to go on with batches of row `batchOffset`. The optimizer's state is
  /// the caller's to restore.
  package mutating func goBack(to model: GPT, after step: Int, batchOffset: Int) {
    self.model = model.requiringGradient()
    (self.step, self.batchOffset, consecutiveSkips) = (step, batchOffset, 0)
    batches = Self.batches(dataset, model.config, options, offset: batchOffset)
  }

  /// From now on its length and the decay of the learning rate are those of `options`.
  mutating func reschedule(by options: TrainingOptions) {
    self.options.maxIterations = options.maxIterations
    (self.options.decayIterations, self.options.decayRefits) = (options.decayIterations, options.decayRefits)
  }

  /// The current losses on both splits of the corpus; nil if `shouldStop` interrupted it.
  public func evaluate(shouldStop: () -> Bool = { false }) throws -> EvaluationReport? {
    try processor.run { try evaluator.evaluate(model, step: step, shouldStop: shouldStop) }
  }

  /// The mixture with the current model; nil without one.
  package func fittedMixture() throws -> NGramMixture? {
    try processor.run { try evaluator.fittedMixture(to: model, shouldStop: { false }) }
  }

  /// The current processor in the precision of the options.
  var processor: Processor { .current.with(options.precision) }
}

/// The results of one step.
public struct StepReport: Sendable, Equatable {
  /// Steps taken, this one included.
  public let step: Int
  /// The loss of the step's batch before the update, in nats per token.
  public let loss: Double
  /// Of this step, and the global norm of the gradients before clipping.
  public let learningRate, gradientNorm: Double
  /// The row of batches that its batch was drawn from: `Trainer.batchOffset`.
  public let batchOffset: Int

  /// The results with these values.
  package init(step: Int, loss: Double, learningRate: Double, gradientNorm: Double, batchOffset: Int = 0) {
    (self.step, self.loss, self.batchOffset) = (step, loss, batchOffset)
    (self.learningRate, self.gradientNorm) = (learningRate, gradientNorm)
  }

  /// Whether loss and gradients are finite; if not, the step was skipped.
  public var isFinite: Bool { loss.isFinite && gradientNorm.isFinite }
}
