import Autograd
import Foundation
import Layers
import NGrams
import Randomness
import Text
import Transformer

/// A mean loss and the number of tokens it averages over.
public struct EvaluationResult: Sendable, Equatable {
  /// Nats per token.
  public let loss: Double
  /// How many tokens were scored.
  public let tokenCount: Int

  /// The loss in bits.
  public var bitsPerToken: Double { loss / log(2) }
}

extension GPT {
  /// The mean loss over all of `batches`, every scored token weighing the same, without dropout.
  public func evaluate(_ batches: some Sequence<TokenBatch>) -> EvaluationResult {
    evaluate(batches, shouldStop: { false }) ?? EvaluationResult(loss: .nan, tokenCount: 0)
  }

  /// The same; nil if `shouldStop` ended it on the way.
  func evaluate(_ batches: some Sequence<TokenBatch>, shouldStop: () -> Bool) -> EvaluationResult? {
    let model = detached
    var total = 0.0
    var count = 0
    for batch in batches {
      if shouldStop() { return nil }
      let scored = batch.targets.reduce(into: 0) { $0 += $1 >= 0 ? 1 : 0 }
      if scored == 0 { continue }
      let loss = model.loss(inputs: batch.inputs, targets: batch.targets, batchSize: batch.batchSize)
      total += loss.item * Double(scored)
      count += scored
    }
    return EvaluationResult(loss: total / Double(max(count, 1)), tokenCount: count)
  }

  /// The mean loss over all of `tokens`, each but the first scored once.
  ///
  /// - Parameters:
  ///   - unscored: a token that is read where it stands and not scored; then the result may be of no tokens.
  ///   - stride: how far apart windows of the context length begin; nil for no overlap. With an overlap, every token but
  ///     those of the first window has at least context length − stride tokens before it.
  /// - Throws: `TextError` if there is nothing to score or the stride is out of range.
  public func evaluate(
    _ tokens: Slice<TokenIDs>, leavingOut unscored: Int32? = nil, stride: Int? = nil, batchSize: Int = 16
  ) throws(TextError) -> EvaluationResult {
    evaluate(try windows(of: tokens, leavingOut: unscored, stride: stride, batchSize: batchSize))
  }

  /// Batches of windows that score each of `tokens` but the first and those that are `unscored`.
  func windows(
    of tokens: Slice<TokenIDs>, leavingOut unscored: Int32?, stride: Int?, batchSize: Int
  ) throws(TextError) -> some Sequence<TokenBatch> {
    try WindowedBatches(tokens, batchSize: batchSize, length: config.contextLength, stride: stride)
      .lazy.map { batch in unscored.map(batch.leavingOut) ?? batch }
  }
}

/// The losses of one evaluation during training.
public struct EvaluationReport: Sendable, Equatable {
  /// Steps taken so far.
  public let step: Int
  /// Nats per token: the model's on the training split, and on the validation split the model's, or the mixture's where
  /// n-grams are mixed in.
  public let trainingLoss, validationLoss: Double
  /// The mixture that `validationLoss` is of; nil where the model stands alone.
  public var mixture: Mixture?

  /// What a mixture was at an evaluation.
  public struct Mixture: Sendable, Equatable {
    /// The validation loss of the network alone, in nats per token.
    public let networkLoss: Double
    /// The exponents that were fitted to it.
    public let exponents: NGramMixture.Exponents
  }

  /// Whether all losses are finite.
  public var isFinite: Bool {
    trainingLoss.isFinite && validationLoss.isFinite && mixture?.networkLoss.isFinite ?? true
  }
}

/// Evaluates a model in training on the same tokens each time.
struct Evaluator: Sendable {
  let dataset: TokenDataset
  let extent: EvaluationExtent
  let batchSize: Int
  let key: RandomKey
  let mixture: CalibratedMixture?

  /// The losses of both parts; nil if `shouldStop` ended it on the way.
  func evaluate(_ model: GPT, step: Int, shouldStop: () -> Bool) throws -> EvaluationReport? {
    let batches = try batches(model.config.contextLength)
    if mixture != nil { return try evaluateMixture(batches.validation, batches.training, model, step, shouldStop) }
    let validation = model.evaluate(batches.validation, shouldStop: shouldStop)
    let training = model.evaluate(batches.training, shouldStop: shouldStop)
    guard let validation, let training else { return nil }
    return EvaluationReport(step: step, trainingLoss: training.loss, validationLoss: validation.loss)
  }

  private func evaluateMixture(
    _ validation: some Sequence<TokenBatch>, _ training: some Sequence<TokenBatch>, _ model: GPT, _ step: Int,
    _ shouldStop: () -> Bool
  ) throws -> EvaluationReport? {
    guard let mixture = try fittedMixture(to: model, shouldStop: shouldStop),
      let losses = model.evaluate(validation, of: dataset[.validation], mixing: mixture, shouldStop: shouldStop),
      let training = model.evaluate(training, shouldStop: shouldStop)
    else { return nil }
    return EvaluationReport(
      step: step, trainingLoss: training.loss, validationLoss: losses.mixture.loss,
      mixture: .init(networkLoss: losses.network.loss, exponents: mixture.exponents))
  }

  /// The mixture with `model`, fitted to the calibration split; nil without one, and if `shouldStop` ended it on the way.
  func fittedMixture(to model: GPT, shouldStop: () -> Bool) throws -> NGramMixture? {
    guard let mixture else { return nil }
    let calibration = dataset[.calibration]
    // The network sees windows, as in evaluations; so the exponents allow for how little it knows at their beginnings.
    let windows = try WindowedBatches(calibration, batchSize: 16, length: model.config.contextLength)
    var predictions = NetworkPredictions(vocabularySize: model.config.vocabularySize)
    guard model.forEachPrediction(windows, of: calibration, shouldStop: shouldStop, { predictions.append($0) })
    else { return nil }
    return mixture.fitted(to: predictions, threads: Processor.current.threads)
  }

  /// What `find` finds first in the batches that are evaluated; nil if it finds nothing.
  func firstFound<Found>(_ length: Int, _ find: (TokenBatch) -> Found?) throws -> Found? {
    func search(_ batches: some Sequence<TokenBatch>) -> Found? { batches.lazy.compactMap(find).first { _ in true } }
    let batches = try batches(length)
    return search(batches.validation) ?? search(batches.training)
  }

  /// The batches of both parts.
  private func batches(
    _ length: Int
  ) throws -> (validation: any Sequence<TokenBatch>, training: any Sequence<TokenBatch>) {
    switch extent {
    case .batches(let count):
      return (random(.validation, count, length), random(.training, count, length))
    case .full:
      let windows = try WindowedBatches(dataset[.validation], batchSize: 16, length: length)
      let tokensPerBatch = batchSize * length
      return (windows, random(.training, (windows.scoredCount + tokensPerBatch - 1) / tokensPerBatch, length))
    }
  }

  /// `count` random batches of one part, the same ones each time.
  private func random(_ split: TokenDataset.Split, _ count: Int, _ length: Int) -> some Sequence<TokenBatch> {
    let batches = RandomBatches(
      dataset[split], batchSize: batchSize, length: length, key: key.derived(by: split == .training ? 0 : 1))
    return (0..<count).lazy.map { batches.batch(at: $0) }
  }
}
