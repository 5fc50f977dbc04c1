import Transformer

/// How long the parts of a run take, by what was measured of it.
struct RunLength: Sendable {
  private let secondsPerStep: Double
  private let secondsPerToken: Double
  private let secondsPerSave: Double
  private let tokensPerBatch: Int
  private let validationTokens: Int
  /// What is told of the text before training begins, and the sample at the end.
  let preparation, ending: Double
  /// What an evaluation reads.
  var evaluation: EvaluationExtent

  /// The parts of a run of `recipe`, of which `measured` was measured.
  init(_ recipe: Recipe, _ measured: BudgetMeasurement, _ text: BudgetPlanner.Text) {
    let config = recipe.config(vocabularySize: text.vocabularySize)
    secondsPerStep = measured.secondsPerStep + BudgetTable.recordSeconds
    secondsPerToken = measured.secondsPerEvaluation / Double(max(1, measured.tokensPerStep))
    // The weights and two moments, each read once before and once for its hash.
    let byteCount = 12 * Double(config.parameterCount)
    secondsPerSave = BudgetTable.saveSeconds + byteCount * BudgetTable.saveSecondsPerByte
    tokensPerBatch = recipe.options.batchSize * config.contextLength
    validationTokens = text.validationTokens
    preparation = Double(text.trainingTokens + text.validationTokens) * BudgetTable.secondsPerCharacter
    ending =
      Double(config.layerCount) * BudgetTable.sampleSecondsPerLayer
      + Double(config.parameterCount) * BudgetTable.sampleSecondsPerParameter
    evaluation = recipe.options.evaluation
  }

  /// An evaluation and the checkpoint that follows it. As much is read of the training split as of the other.
  var secondsPerEvaluation: Double { secondsPerEvaluation(evaluation) }

  private func secondsPerEvaluation(_ extent: EvaluationExtent) -> Double {
    let tokens =
      switch extent {
      case .full: Double(validationTokens)
      case .batches(let count): Double(count) * Double(tokensPerBatch)
      }
    return 2 * tokens * secondsPerToken + secondsPerSave
  }

  /// So many steps and evaluations.
  func seconds(steps: Int, evaluations: Int) -> Double {
    Double(steps) * secondsPerStep + Double(evaluations) * secondsPerEvaluation
  }

  /// How many steps there is time for, with an evaluation every `interval` or as many as the budget has.
  func steps(in seconds: Double, interval: Int?, budget: Double) -> Int {
    let perStep = secondsPerStep + (interval.map { secondsPerEvaluation / Double($0) } ?? 0)
    let evaluations = interval == nil ? evaluationCount(of: budget) : 1
    let steps = (seconds - Double(evaluations) * secondsPerEvaluation) / perStep
    return steps >= 1 ? Int(min(steps, 1e15)) : seconds >= secondsPerStep + secondsPerEvaluation ? 1 : 0
  }
}

// MARK: - Evaluations

extension RunLength {
  /// How many evaluations a budget has: as many as take its share for them, one at least.
  func evaluationCount(of budget: Double) -> Int {
    BudgetTable.evaluationCounts.first { fits(evaluation, count: $0, budget) } ?? 1
  }

  /// What evaluations of a budget read: the whole validation split where that fits, else as many batches as do.
  func evaluation(of budget: Double) -> EvaluationExtent {
    if BudgetTable.evaluationCounts.contains(where: { fits(.full, count: $0, budget) }) { return .full }
    let count = BudgetTable.evaluationCounts.dropLast().last ?? 1
    let seconds = BudgetTable.evaluationShare * budget / Double(count) - secondsPerSave
    let batches = seconds / (2 * Double(tokensPerBatch) * secondsPerToken)
    // One that reads all in batches is no better than one that reads all.
    return batches >= 1 ? .batches(min(Int(min(batches, 1e9)), max(1, validationTokens / tokensPerBatch))) : .batches(1)
  }

  private func fits(_ extent: EvaluationExtent, count: Int, _ budget: Double) -> Bool {
    Double(count) * secondsPerEvaluation(extent) <= BudgetTable.evaluationShare * budget
  }
}
