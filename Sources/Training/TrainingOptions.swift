import Autograd
import Optimizers

/// How a model is trained; the defaults are those of nanoGPT's character models.
public struct TrainingOptions: Sendable, Equatable {
  /// The number of optimizer steps.
  public var maxIterations = 2_000
  /// B: sequences per batch.
  public var batchSize = 12
  /// Batches whose gradients are averaged before a step.
  public var gradientAccumulationSteps = 1
  /// What updates the parameters. Another one brings its usual `learningRate`, and `minLearningRate` in proportion: set
  /// it before those.
  public var optimizer = OptimizerKind.adamw {
    didSet {
      guard optimizer != oldValue, learningRate > 0 else { return }
      minLearningRate *= optimizer.usualLearningRate / learningRate
      learningRate = optimizer.usualLearningRate
    }
  }
  /// The peak and the final learning rate.
  public var learningRate = 1e-3
  public var minLearningRate = 1e-4
  /// Warm-up steps; nil for 100, or a tenth of the decay steps if that is less.
  public var warmupIterations: Int?
  /// The step at which the learning rate reaches its minimum; nil for `maxIterations`.
  public var decayIterations: Int?
  /// How the length of the decay was changed on the way.
  public var decayRefits: [LearningRateSchedule.Refit] = []
  /// Muon's peak learning rate, which follows the schedule of `learningRate` in proportion, and its μ.
  public var muonLearningRate = 0.02
  public var muonMomentum = 0.95
  /// λ, decoupled weight decay, on matrices only, and AdamW's β₁ and β₂.
  public var weightDecay = 0.1
  public var beta1 = 0.9
  public var beta2 = 0.99
  /// The limit of the gradients' global norm; 0 for none.
  public var gradientClip = 1.0
  /// κ: the weight, in the targets, of what n-grams of other parts of the training text say; 0 for the tokens alone.
  public var ngramDistillation = 0.0
  /// The probability of dropout at its four places.
  public var dropout = 0.0
  /// Whether counts of n-grams are mixed with the model's predictions: see `NGramMixture`.
  public var mixesNGrams = false
  /// Steps between evaluations, and the data to evaluate on.
  public var evalInterval = 250
  public var evaluation = EvaluationExtent.batches(20)
  /// Steps between additional checkpoints; nil to save at evaluations only.
  public var saveInterval: Int?
  /// The number of latest checkpoints to keep, in addition to the best.
  public var keep = 2
  /// Stop after this many evaluations without a better validation loss; nil for never.
  public var patience: Int?
  /// Steps between samples of what the model writes; nil for none.
  public var sampleInterval: Int?
  /// The seed of all random numbers.
  public var seed: UInt64 = 1337
  /// How exactly matrix products are computed, in training and in its evaluations, whatever the current processor's
  /// precision.
  public var precision = Precision.medium
  /// The fraction of the corpus, at its end, held out for validation.
  public var validationFraction = 0.1

  /// nanoGPT's character recipe.
  public init() {}

  /// The learning-rate schedule, with defaults resolved.
  public var schedule: LearningRateSchedule {
    let decaySteps = decayIterations ?? maxIterations
    var schedule = LearningRateSchedule(
      peak: learningRate, minimum: minLearningRate, warmupSteps: warmupIterations ?? min(100, decaySteps / 10),
      decaySteps: decaySteps)
    schedule.refits = decayRefits
    return schedule
  }
}

/// How much text an evaluation reads.
public enum EvaluationExtent: Sendable, Equatable {
  /// This many random batches of each split, the same ones each time.
  case batches(Int)
  /// The whole validation split, every token but the first scored once, and as many batches of the training split.
  case full
}
