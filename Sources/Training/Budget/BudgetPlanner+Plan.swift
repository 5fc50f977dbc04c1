import Files
import Transformer

// The plan that follows from what was measured.

extension BudgetPlanner {
  /// The plan of what is left of the budget after `elapsed` seconds.
  ///
  /// - Parameter measurements: one at least of what `next` has asked for.
  /// - Throws: `TrainingError.invalidOption` where the budget is too short for one step, and the recipe's own faults.
  package func plan(_ measurements: [BudgetMeasurement], elapsed: Double) throws(TrainingError) -> BudgetPlan {
    guard let shape = shape(by: measurements) else {
      throw .invalidOption("`budget`: nothing could be measured; give `max_iters` instead")
    }
    let chosen = batch(of: shape, by: measurements)
    var recipe = recipe(of: chosen.candidate)
    var length = RunLength(recipe, chosen, text)
    let timeLeft = budget - elapsed - length.preparation - length.ending
    choose("eval_iters", \.options.evaluation, length.evaluation(of: budget), in: &recipe)
    length.evaluation = recipe.options.evaluation
    let interval = given.contains("eval_interval") ? recipe.options.evalInterval : nil
    let affordable = length.steps(in: timeLeft, interval: interval, budget: budget)
    guard affordable >= 1 else {
      let least = elapsed + length.preparation + length.ending + length.seconds(steps: 1, evaluations: 1)
      throw .invalidOption(
        "`budget` is too short for one step: reading, measuring, a step, its evaluation and saving take about "
          + "\(Self.rounded(least)) s here; \(Self.enough(least)) would do")
    }
    let isPreset = given.isSuperset(of: Self.settingsOfPresets)
    let most = (BudgetTable.mostEpochs * Double(text.trainingTokens) / Double(chosen.tokensPerStep)).rounded(.up)
    let steps = isPreset ? affordable : min(affordable, max(1, Int(most)))
    recipe.options.maxIterations = steps
    if !given.contains("lr_decay_iters") { recipe.options.decayIterations = steps }
    recipe.options.decayRefits = []
    let count = interval.map { (steps + $0 - 1) / $0 } ?? length.evaluationCount(of: budget)
    choose("eval_interval", \.options.evalInterval, max(1, (steps + count - 1) / count), in: &recipe)
    let epochs = epochs(Double(steps) * Double(chosen.tokensPerStep))
    choose("weight_decay", \.options.weightDecay, regularization(epochs).weightDecay, in: &recipe)
    if epochs >= BudgetTable.patience.fromEpochs {
      choose("patience", \.options.patience, BudgetTable.patience.evaluations, in: &recipe)
    }
    try recipe.validate()
    let evaluations = (steps + recipe.options.evalInterval - 1) / recipe.options.evalInterval
    let work = length.seconds(steps: steps, evaluations: evaluations)
    var plan = BudgetPlan(
      recipe: recipe, reasons: [], budget: .seconds(budget),
      seconds: elapsed + length.preparation + work + length.ending,
      endingSeconds: length.ending + length.secondsPerEvaluation, epochs: epochs, endsEarly: steps < affordable)
    plan.reasons = reasons(plan, chosen, elapsed: elapsed, length)
    return plan
  }

  /// The smallest batch of a shape that has nearly the best throughput.
  private func batch(of shape: BudgetMeasurement, by measurements: [BudgetMeasurement]) -> BudgetMeasurement {
    let candidates = batches(of: shape)
    let known = candidates.compactMap { candidate in measurements.first { $0.candidate == candidate } }
    let best = known.map(\.throughput).max() ?? 0
    return known.first { $0.throughput >= BudgetTable.sufficientThroughput * best } ?? shape
  }

  /// A number with the digits that matter.
  static func rounded(_ number: Double) -> String {
    let digits = number < 0.1 ? 1000.0 : number < 10 ? 10 : 1
    let rounded = (number * digits).rounded() / digits
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }

  /// A budget that is longer than `seconds` by a fifth and is easily typed.
  private static func enough(_ seconds: Double) -> String {
    ValueType.duration.format(.seconds(max(1, (1.2 * min(seconds, 1e9)).rounded(.up))))
  }
}
