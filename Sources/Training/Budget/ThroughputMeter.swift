import Files
import Text
import Transformer

/// Measures how fast candidates for a budget are on this computer, by real steps on the text, of which nothing is kept.
package struct ThroughputMeter {
  private let planner: BudgetPlanner
  private let clock: WallClock
  /// When measuring is to end, by the clock.
  private let end: Double

  /// No candidate gets more steps, nor a smaller part of the time for measuring.
  private static let mostSteps = 40, parts = 8.0

  /// A meter of what `planner` asks for, which takes a tenth of its budget from now on.
  package init(_ planner: BudgetPlanner, _ clock: WallClock) {
    (self.planner, self.clock) = (planner, clock)
    end = clock.elapsed() + BudgetTable.measuringShare * planner.budget
  }

  /// What was measured until all is known that the planner wants, or the time for it is over; one measurement at least.
  ///
  /// - Parameter measure: takes steps of a candidate for so many seconds; nil where it takes more memory than there is.
  /// - Throws: `TrainingError.invalidOption` where no candidate goes with what the user has chosen.
  package func measurements(
    _ measure: (_ candidate: BudgetCandidate, _ seconds: Double) throws -> BudgetMeasurement?
  ) throws -> [BudgetMeasurement] {
    var known: [BudgetMeasurement] = []
    let slice = BudgetTable.measuringShare * planner.budget / Self.parts
    while let (candidate, secondsPerStep) = try planner.next(after: known) {
      let left = end - clock.elapsed()
      // Of a candidate two steps and an evaluation have to be waited for.
      guard known.isEmpty || left > 3 * (secondsPerStep ?? 0) else { break }
      guard let measurement = try measure(candidate, max(0, min(slice, left))) else { break }
      known.append(measurement)
    }
    return known
  }

  /// What was measured on `dataset`.
  package func measurements(on dataset: Dataset) throws -> [BudgetMeasurement] {
    var isFirst = true
    return try measurements { candidate, seconds in
      defer { isFirst = false }
      do {
        return try measure(candidate, for: seconds, on: dataset)
      } catch let error as MemoryError {
        if isFirst { throw error }
        return nil
      }
    }
  }

  /// A text to measure on.
  package struct Dataset {
    package let tokens: TokenIDs
    package let vocabularySize: Int

    /// The tokens of a text.
    package init(_ tokens: TokenIDs, vocabularySize: Int) {
      (self.tokens, self.vocabularySize) = (tokens, vocabularySize)
    }
  }

  /// Takes steps of a candidate for about `seconds`, one at least.
  private func measure(
    _ candidate: BudgetCandidate, for seconds: Double, on text: Dataset
  ) throws -> BudgetMeasurement {
    let recipe = planner.recipe(of: candidate)
    let config = recipe.config(vocabularySize: text.vocabularySize)
    let dataset = try TokenDataset(
      text.tokens, validationFraction: recipe.options.validationFraction, blockSize: config.contextLength)
    let begin = clock.elapsed()
    var trainer = try Trainer(config, dataset: dataset, options: recipe.options)
    var durations: [Double] = []
    while durations.isEmpty || (durations.count < Self.mostSteps && clock.elapsed() - begin < seconds) {
      let start = clock.elapsed()
      _ = try trainer.takeStep()
      durations.append(clock.elapsed() - start)
    }
    let start = clock.elapsed()
    trainer.computeLoss()
    let evaluation = (clock.elapsed() - start) * Double(recipe.options.gradientAccumulationSteps)
    // The first step sets things up.
    let typical = durations.dropFirst(durations.count > 1 ? 1 : 0).sorted()
    return BudgetMeasurement(
      candidate, parameterCount: config.parameterCount, tokensPerStep: trainer.tokensPerStep,
      secondsPerStep: typical[typical.count / 2], secondsPerEvaluation: evaluation)
  }
}

extension Trainer {
  /// Computes what an evaluation does of as many tokens as an accumulated batch has.
  fileprivate func computeLoss() {
    _ = processor.run { model.evaluate(CollectionOfOne(rows(of: batch(at: step), part: 0))) }
  }
}
