/// The numbers that `BudgetPlanner` chooses by: all of what experiments decide, in one place.
package enum BudgetTable {
  /// The shapes of models, from small to large.
  static let shapes: [(layerCount: Int, width: Int)] = [
    (2, 64), (4, 96), (4, 128), (4, 192), (6, 256), (6, 384),
  ]

  /// The width of an attention head, or the nearest that divides the model's.
  static let headWidth = 32

  /// The context length of budgets of fewer seconds than `below`.
  static let contexts: [(below: Double, length: Int)] = [(40, 64), (600.5, 128), (.infinity, 256)]
  /// How many times as long they are for a text that is known better by longer contexts than n-grams have.
  static let longerContexts = 4

  /// Tokens of a step: the smallest with this share of the best throughput is taken.
  static let tokensPerStep = [512, 1024, 2048, 4096]
  static let sufficientThroughput = 0.9
  /// A step takes no more than this share of an epoch.
  static let stepsPerEpoch = 8

  /// The largest shape is taken that sees at least so many tokens per parameter.
  static let tokensPerParameter = 1.5
  /// Where the text is seen more often than this, a model has at most as many parameters as the text has tokens.
  static let epochsOfLargeModels = 20.0
  /// Steps beyond so many epochs teach nothing that validates.
  static let mostEpochs = 60.0

  /// What a text that is seen at least so often wants.
  static let regularization: [(fromEpochs: Double, dropout: Double, weightDecay: Double)] = [
    (0, 0, 0), (10, 0.1, 0.1), (20, 0.2, 0.2),
  ]
  /// From so many epochs on, a run ends after this many evaluations without a better loss.
  static let patience = (fromEpochs: 5.0, evaluations: 5)

  static let optimizer = OptimizerKind.muon
  static let muonLearningRate = 0.03
  /// The weight of n-grams in the targets.
  static let ngramDistillation = 0.7
  static let beta2 = 0.99
  /// The final learning rate as a share of the peak.
  static let finalRate = 0.01

  /// How many evaluations a run has where the whole validation split can be read each time, the best first; where it
  /// cannot, the last but one.
  static let evaluationCounts = [20, 10, 5]
  /// The share of the budget that evaluations and checkpoints take, and the one that measuring takes.
  static let evaluationShare = 0.06
  static let measuringShare = 0.1

  /// A length of the run is fixed anew after this share of its steps, where it would miss the budget by this share of it.
  static let refitAfter = 0.6
  static let toleratedDrift = 0.03

  // MARK: What is not measured, in seconds

  /// Recording and showing a step.
  static let recordSeconds = 40e-6
  /// What is told of a character of the text before training begins.
  static let secondsPerCharacter = 4e-8
  /// Writing a checkpoint: its files and waiting for the disk, and each byte.
  static let saveSeconds = 0.03, saveSecondsPerByte = 3e-9
  /// The sample at the end: a layer's part in a token, and a parameter's.
  static let sampleSecondsPerLayer = 400 * 30e-6, sampleSecondsPerParameter = 400 * 0.6e-9
}
