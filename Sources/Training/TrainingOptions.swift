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

  /// No step takes more sequences than this, whatever a file asks for.
  private static let mostSequences = 1 << 24

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

extension TrainingOptions {
  /// Throws unless a run can be made of these numbers.
  public func validate() throws(TrainingError) {
    let counts = [
      ("max-iters", maxIterations, 1), ("batch-size", batchSize, 1),
      ("gradient-accumulation-steps", gradientAccumulationSteps, 1), ("warmup-iters", warmupIterations ?? 0, 0),
      ("lr-decay-iters", decayIterations ?? 0, 0), ("eval-interval", evalInterval, 1),
      ("save-interval", saveInterval ?? 1, 1), ("keep", keep, 1), ("patience", patience ?? 1, 1),
    ]
    let (sequences, overflow) = batchSize.multipliedReportingOverflow(by: gradientAccumulationSteps)
    try check(
      !overflow && sequences <= Self.mostSequences,
      "batch-size times gradient-accumulation-steps is above \(Self.mostSequences)")
    for (name, value, least) in counts {
      try check(value >= least, "\(name) is \(value); it must be at least \(least)")
    }
    if case .batches(let count) = evaluation { try check(count >= 1, "eval-iters is \(count); it must be at least 1") }
    let rates = [("learning-rate", learningRate), ("min-lr", minLearningRate), ("weight-decay", weightDecay)]
    for (name, value) in rates + [("grad-clip", gradientClip)] {
      try check(value >= 0 && value.isFinite, "\(name) is \(value); it must be a number from 0 up")
    }
    for (name, value) in [("beta1", beta1), ("beta2", beta2), ("dropout", dropout)] {
      try check((0..<1).contains(value), "\(name) is \(value); it must be from 0 to below 1")
    }
    try check(
      validationFraction > 0 && validationFraction < 1,
      "val-fraction is \(validationFraction); it must be above 0 and below 1")
    let end = decayIterations == nil ? "the run (max-iters" : "the decay (lr-decay-iters"
    try check(
      schedule.warmupSteps <= schedule.decaySteps,
      "warmup-iters (\(schedule.warmupSteps)) is longer than \(end) \(schedule.decaySteps))")
  }

  private func check(_ holds: Bool, _ message: @autoclosure () -> String) throws(TrainingError) {
    if !holds { throw .invalidOption(message()) }
  }
}
