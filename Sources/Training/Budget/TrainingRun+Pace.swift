import Optimizers

// A run's length, changed while it trains.

extension TrainingRun {
  /// Sets the number of steps anew where the run's pace asks for it.
  mutating func keepPace(_ onEvent: (TrainingEvent) -> Void) throws {
    guard let movesDecay = pace?.movesDecay, let steps = pace?.steps(after: trainer.step) else { return }
    try refit(to: steps, movingDecay: movesDecay, onEvent)
  }

  /// From where the run stands, it goes on to `steps` steps in all; recorded, and part of its recipe from now on.
  ///
  /// - Parameter movingDecay: whether what is left of the decay is stretched or cut to end with the run.
  package mutating func refit(to steps: Int, movingDecay: Bool, _ onEvent: (TrainingEvent) -> Void) throws {
    let step = trainer.step
    let schedule = recipe.options.schedule
    recipe.options.decayIterations = schedule.decaySteps
    recipe.options.maxIterations = steps
    if movingDecay {
      recipe.options.decayRefits.removeAll { $0.step >= step }
      let end = recipe.options.decayRefits.last?.end ?? schedule.decaySteps
      if schedule.warmupSteps <= step, step < min(end, steps) {
        recipe.options.decayRefits.append(LearningRateSchedule.Refit(step: step, end: steps))
      }
    }
    trainer.reschedule(by: recipe.options)
    try emit(.refit(Refit(step: step, steps: steps, recipe: recipe)), onEvent)
  }

  /// Takes back what the pace has changed after `step`, to which the run goes back: there it is decided anew.
  mutating func undoRefit(after step: Int) {
    guard let plannedSteps = pace?.plannedSteps, let checkedStep = pace?.goBack(to: step) else { return }
    recipe.options.maxIterations = plannedSteps
    recipe.options.decayRefits.removeAll { $0.step == checkedStep }
    trainer.reschedule(by: recipe.options)
  }
}
