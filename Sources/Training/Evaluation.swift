import Autograd
import Randomness
import Text
import Transformer

/// A mean loss and what it is the mean of.
public struct EvaluationResult: Sendable, Equatable {
  /// Nats per token.
  public let loss: Double
  /// How many tokens were scored.
  public let tokenCount: Int

  /// The loss in bits: per character, for a character tokenizer.
  public var bitsPerToken: Double { loss / 0.6931471805599453 }
}

extension GPT {
  /// The mean loss over all of `batches`, every scored token weighing the same, without dropout.
  public func evaluate(_ batches: some Sequence<TokenBatch>) -> EvaluationResult {
    let model = detached
    var total = 0.0
    var count = 0
    for batch in batches {
      let scored = batch.targets.reduce(into: 0) { $0 += $1 >= 0 ? 1 : 0 }
      let loss = model.loss(inputs: batch.inputs, targets: batch.targets, batchSize: batch.batchSize)
      total += loss.item * Double(scored)
      count += scored
    }
    return EvaluationResult(loss: total / Double(max(count, 1)), tokenCount: count)
  }

  /// The mean loss over all of `tokens`, each but the first scored once.
  ///
  /// - Parameters:
  ///   - stride: how far apart windows of the context length begin; nil for no overlap. With an overlap, every token but
  ///     those of the first window has at least context length − stride tokens before it.
  /// - Throws: `TextError` where there is nothing to score or the stride is out of range.
  public func evaluate(
    _ tokens: Slice<TokenIDs>, stride: Int? = nil, batchSize: Int = 16
  ) throws(TextError) -> EvaluationResult {
    evaluate(
      try WindowedBatches(tokens, batchSize: batchSize, length: config.contextLength, stride: stride))
  }
}

/// The losses of one evaluation during training.
public struct EvaluationReport: Sendable, Equatable {
  /// Steps taken so far.
  public let step: Int
  /// Nats per token.
  public let trainingLoss, validationLoss: Double
}

/// Evaluates a model in training on the same tokens each time.
struct Evaluator: Sendable {
  let dataset: TokenDataset
  let extent: EvaluationExtent
  let batchSize: Int
  let key: RandomKey

  func evaluate(_ model: GPT, step: Int) throws -> EvaluationReport {
    let length = model.config.contextLength
    switch extent {
    case .batches(let count):
      return EvaluationReport(
        step: step, trainingLoss: loss(model, .training, batches: count),
        validationLoss: loss(model, .validation, batches: count))
    case .full:
      let validation = try model.evaluate(dataset[.validation])
      let batches = (validation.tokenCount + batchSize * length - 1) / (batchSize * length)
      return EvaluationReport(
        step: step, trainingLoss: loss(model, .training, batches: batches), validationLoss: validation.loss)
    }
  }

  private func loss(_ model: GPT, _ split: TokenDataset.Split, batches count: Int) -> Double {
    let random = RandomBatches(
      dataset[split], batchSize: batchSize, length: model.config.contextLength,
      key: key.derived(by: split == .training ? 0 : 1))
    return model.evaluate((0..<count).lazy.map { random.batch(at: $0) }).loss
  }
}
