import Autograd
import Files
import Layers
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
  /// The number of steps taken.
  public private(set) var step: Int
  /// How it trains.
  public let options: TrainingOptions
  /// What it trains on.
  public let dataset: TokenDataset

  private var optimizer: any Optimizer
  private let batches: RandomBatches
  private let evaluator: Evaluator
  private let dropoutKey: RandomKey

  /// What the seed is used for; each purpose has draws of its own.
  private enum Purpose: UInt64 {
    case initialization, batches, dropout, evaluation
  }

  /// A trainer of a fresh model of shape `config`. Throws if the configuration or an option is invalid.
  public init(_ config: GPTConfig, dataset: TokenDataset, options: TrainingOptions) throws {
    try config.validate()
    try Self.requireMemory(config, batchSize: options.batchSize)
    let model = try GPT(config, key: Self.key(options, .initialization))
    try self.init(model, after: 0, dataset: dataset, options: options)
  }

  /// A trainer that resumes `model` after `step` steps, with a fresh optimizer: see `restoreOptimizer`.
  /// Throws if an option is invalid.
  package init(_ model: GPT, after step: Int, dataset: TokenDataset, options: TrainingOptions) throws {
    try options.validate()
    self.model = model.requiringGradient()
    self.step = step
    self.options = options
    self.dataset = dataset
    optimizer = AdamW(
      model, learningRate: options.learningRate, beta1: options.beta1, beta2: options.beta2,
      weightDecay: options.weightDecay)
    // One draw of rows a step: cut into accumulated batches, they are the rows of one large batch.
    batches = RandomBatches(
      dataset[.training], batchSize: options.batchSize * options.gradientAccumulationSteps,
      length: model.config.contextLength, key: Self.key(options, .batches))
    evaluator = Evaluator(
      dataset: dataset, extent: options.evaluation, batchSize: options.batchSize,
      key: Self.key(options, .evaluation))
    dropoutKey = Self.key(options, .dropout)
  }

  /// Throws if a step would take more memory than there is.
  private static func requireMemory(_ config: GPTConfig, batchSize: Int) throws(MemoryError) {
    try Files.requireMemory(
      byteCount(config, batchSize: batchSize), for: "training this model with batches of \(batchSize)",
      remedy: "make it smaller, or `batch_size` (`gradient_accumulation_steps` makes up for it)")
  }

  /// How much memory a model and a step take, in bytes, by a rough count.
  static func byteCount(_ config: GPTConfig, batchSize: Int) -> Double {
    // Four bytes each: a weight, its gradient and two moments; and for a token in a block some twelve rows of width C
    // and two of width F that backward will want.
    let parameters = 16 * Double(config.parameterCount)
    let tokens = Double(batchSize) * Double(config.contextLength)
    return parameters + 4 * tokens * Double(config.layerCount) * Double(12 * config.width + 2 * config.mlpWidth)
  }

  private static func key(_ options: TrainingOptions, _ purpose: Purpose) -> RandomKey {
    RandomKey(seed: options.seed).derived(by: purpose.rawValue)
  }

  /// Tokens per training step.
  public var tokensPerStep: Int {
    options.batchSize * options.gradientAccumulationSteps * model.config.contextLength
  }

  /// Takes one step: batch, loss, gradients, clipping, AdamW.
  ///
  /// - Throws: `TrainingError.diverged`, and changes nothing, where the loss or the gradients are no longer numbers.
  public mutating func takeStep() throws(TrainingError) -> StepReport {
    try takeStep { _ in }
  }

  /// The same, and says when each part has ended; every accumulated batch has a forward and a backward part.
  package mutating func takeStep(partEnded: (TrainingStage) -> Void) throws(TrainingError) -> StepReport {
    let learningRate = options.schedule(step)
    let batch = batches.batch(at: step)
    partEnded(.data)
    let (loss, gradients) = processor.run { differentiate(batch, partEnded) }
    let norm = gradients.globalNorm
    guard loss.isFinite && norm.isFinite else { throw .diverged(step: step + 1, loss: loss, gradientNorm: norm) }
    step += 1
    optimizer.update(
      &model, with: gradients,
      at: OptimizerStep(
        number: step, learningRate: learningRate,
        gradientScale: clippingScale(norm: norm, limit: options.gradientClip)))
    partEnded(.optimizer)
    return StepReport(step: step, loss: loss, learningRate: learningRate, gradientNorm: norm)
  }

  /// The mean loss of `batch` and its gradients, in the order of the parameters.
  private func differentiate(
    _ batch: TokenBatch, _ partEnded: (TrainingStage) -> Void
  ) -> (loss: Double, gradients: [Tensor]) {
    var total = 0.0
    var sums: [Tensor] = []
    for part in 0..<options.gradientAccumulationSteps {
      let (loss, gradients) = differentiate(batch, part: part, partEnded)
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
    _ batch: TokenBatch, part: Int, _ partEnded: (TrainingStage) -> Void
  ) -> (loss: Double, gradients: [Tensor]) {
    let rows = batch.rows((part * options.batchSize)..<((part + 1) * options.batchSize))
    // The loss itself gets no name, which would keep all of the graph until the gradients are there.
    let share = model.loss(
      inputs: rows.inputs, targets: rows.targets, batchSize: rows.batchSize, dropout: dropout(part: part)
    ).affine(scale: 1 / Double(options.gradientAccumulationSteps))
    let value = share.item
    partEnded(.forward)
    return (value, (consume share).gradients(of: model.parameters))
  }

  private func dropout(part: Int) -> Dropout? {
    guard options.dropout > 0 else { return nil }
    return Dropout(probability: options.dropout, key: dropoutKey.derived(by: UInt64(step), UInt64(part)))
  }

  /// The tensors that the optimizer keeps between steps, with their names.
  package var optimizerState: [(name: String, tensor: Tensor)] { optimizer.namedState }

  /// Restores the optimizer's state: `read` returns each saved tensor by its name and shape.
  package mutating func restoreOptimizer(_ read: (_ name: String, _ shape: [Int]) throws -> Tensor) throws {
    try optimizer.visitState { name, tensor in tensor = try read(name, tensor.shape) }
  }

  /// The current losses on both splits of the corpus; nil if `shouldStop` interrupted it.
  public func evaluate(shouldStop: () -> Bool = { false }) throws -> EvaluationReport? {
    try processor.run { try evaluator.evaluate(model, step: step, shouldStop: shouldStop) }
  }

  /// The current processor in the precision of the options.
  private var processor: Processor { .current.with(options.precision) }
}

/// The results of one step.
public struct StepReport: Sendable, Equatable {
  /// Steps taken, this one included.
  public let step: Int
  /// The loss of the step's batch before the update, in nats per token.
  public let loss: Double
  /// Of this step, and the global norm of the gradients before clipping.
  public let learningRate, gradientNorm: Double
}
