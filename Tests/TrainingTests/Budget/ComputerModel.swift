import Training

/// A computer of a known speed, for plans and measurements that are no matter of chance.
struct ComputerModel {
  /// Floating-point operations a second, and what a step takes besides, in seconds.
  var speed = 3e11, overhead = 1e-3

  /// What measuring a candidate of `planner` would give.
  func measurement(_ candidate: BudgetCandidate, of planner: BudgetPlanner, vocabularySize: Int) -> BudgetMeasurement {
    let recipe = planner.recipe(of: candidate)
    let count = recipe.config(vocabularySize: vocabularySize).parameterCount
    let tokens = recipe.options.batchSize * recipe.options.gradientAccumulationSteps * recipe.model.contextLength
    let seconds = 6 * Double(count) * Double(tokens) / speed
    return BudgetMeasurement(
      candidate, parameterCount: count, tokensPerStep: tokens, secondsPerStep: seconds + overhead,
      secondsPerEvaluation: seconds / 3)
  }

  /// The plan for a text, with all measured that the planner wants.
  func plan(
    seconds: Double, characters: Int = 1_115_394, elapsed: Double = 0.1, start: Recipe = Preset.baby.recipe,
    given: Set<String> = []
  ) throws -> (plan: BudgetPlan, measured: [BudgetMeasurement]) {
    let training = characters * 9 / 10
    let text = BudgetPlanner.Text(
      trainingTokens: training, validationTokens: characters - training, vocabularySize: 66)
    let planner = BudgetPlanner(seconds: seconds, text: text, start: start, given: given)
    var measured: [BudgetMeasurement] = []
    while let (candidate, _) = try planner.next(after: measured) {
      measured.append(measurement(candidate, of: planner, vocabularySize: 66))
    }
    return (try planner.plan(measured, elapsed: elapsed), measured)
  }
}
