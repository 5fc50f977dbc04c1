import Autograd
import Randomness
import Text
import Training
import Transformer

/// The parts of a training step.
package enum TrainingStage: String, CaseIterable, Sendable {
  /// Drawing the batch.
  case data
  /// The loss. The head's own gradient is taken along, while its logits are at hand.
  case forward
  /// The gradients.
  case backward
  /// Clipping and AdamW.
  case optimizer
}

/// Takes the steps that `Trainer` takes, and looks at the clock between their parts.
package struct StagedTraining {
  private var model: GPT
  private var optimizer: AdamW
  private let options: TrainingOptions
  private let batches: RandomBatches

  /// Goes on where `trainer` stands, without dropout and gradient accumulation, on batches of the key
  /// `batchKey`. Consumes the trainer, so that the weights exist once.
  package init(continuing trainer: consuming Trainer, batchKey: RandomKey) {
    (model, optimizer, options) = (trainer.model, trainer.optimizer, trainer.options)
    batches = RandomBatches(
      trainer.dataset[.training], batchSize: options.batchSize, length: model.config.contextLength,
      key: batchKey)
  }

  /// Takes one step, and returns its loss and the milliseconds of each part.
  package mutating func takeStep() -> (loss: Double, milliseconds: [TrainingStage: Double]) {
    Processor.current.with(options.precision).run { takeTimedStep() }
  }

  private mutating func takeTimedStep() -> (loss: Double, milliseconds: [TrainingStage: Double]) {
    var watch = Stopwatch()
    let batch = batches.batch(at: optimizer.step)
    watch.lap(.data)
    let (loss, gradients) = differentiate(batch, &watch)
    watch.lap(.backward)
    optimizer.update(
      &model, with: gradients, learningRate: options.schedule(optimizer.step),
      gradientScale: clippingScale(norm: gradients.globalNorm, limit: options.gradientClip))
    watch.lap(.optimizer)
    return (loss, watch.milliseconds)
  }

  /// The graph is freed when it returns, which is part of backward.
  private func differentiate(_ batch: TokenBatch, _ watch: inout Stopwatch) -> (
    loss: Double, gradients: [Tensor]
  ) {
    let parameters = model.parameters().map(\.tensor)
    let loss = model.loss(inputs: batch.inputs, targets: batch.targets, batchSize: batch.batchSize)
    watch.lap(.forward)
    return (loss.item, loss.gradients(of: parameters))
  }
}

/// Milliseconds from one part to the next.
private struct Stopwatch {
  private(set) var milliseconds: [TrainingStage: Double] = [:]
  private var last = ContinuousClock.now

  mutating func lap(_ stage: TrainingStage) {
    let now = ContinuousClock.now
    milliseconds[stage] = (now - last).seconds * 1e3
    last = now
  }
}
