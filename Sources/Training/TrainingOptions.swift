import Autograd
import Optimizers

/// How a model is trained; the defaults are those of nanoGPT's character models.
public struct TrainingOptions: Sendable, Equatable {
  /// How many optimizer steps are taken.
  public var maxIterations = 2_000
  /// B: sequences in a batch.
  public var batchSize = 12
  /// Batches whose gradients are averaged before a step.
  public var gradientAccumulationSteps = 1
  /// The learning rate at its peak and at its end.
  public var learningRate = 1e-3
  public var minLearningRate = 1e-4
  /// Steps of warm-up; nil for 100, or a tenth of the decay where that is less.
  public var warmupIterations: Int?
  /// The step at which the rate has come down; nil for `maxIterations`.
  public var decayIterations: Int?
  /// AdamW's λ, on matrices only, and its β₁ and β₂.
  public var weightDecay = 0.1
  public var beta1 = 0.9
  public var beta2 = 0.99
  /// The limit of the gradients' global norm; 0 for none.
  public var gradientClip = 1.0
  /// The probability of dropout at its four places.
  public var dropout = 0.0
  /// Evaluate every so many steps, and on what.
  public var evalInterval = 250
  public var evaluation = EvaluationExtent.batches(20)
  /// Save every so many steps besides; nil for whenever it evaluates.
  public var saveInterval: Int?
  /// How many of the latest checkpoints stay; the best stays besides.
  public var keep = 2
  /// Stop after so many evaluations without a better validation loss; nil for never.
  public var patience: Int?
  /// Where all randomness comes from.
  public var seed: UInt64 = 1337
  /// How exactly matrix products are computed, in training and in its evaluations, whatever the current processor's
  /// precision.
  public var precision = Precision.medium
  /// The share of the corpus, at its end, that is held back to validate with.
  public var validationFraction = 0.1

  /// nanoGPT's character recipe.
  public init() {}

  /// The learning rate by step, what was left open filled in.
  public var schedule: LearningRateSchedule {
    let decaySteps = decayIterations ?? maxIterations
    return LearningRateSchedule(
      peak: learningRate, minimum: minLearningRate, warmupSteps: warmupIterations ?? min(100, decaySteps / 10),
      decaySteps: decaySteps)
  }
}

/// How much text an evaluation reads.
public enum EvaluationExtent: Sendable, Equatable {
  /// So many random batches of either part, the same ones each time.
  case batches(Int)
  /// All of the validation part, every token but the first scored once, and as many batches of the training part.
  case full
}
