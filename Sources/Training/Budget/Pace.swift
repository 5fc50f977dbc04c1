import Optimizers

/// Keeps a run within its budget: after 60 % of its steps or of its time, whichever comes first, it says how many steps
/// there are to be instead, where the run would end too early or too late by more than 3 % of the budget.
///
/// What it says is part of the run's recipe from that step on, so that a resumed run needs neither the pace nor a clock.
package struct Pace: Sendable {
  private let budget: Double
  private let endingSeconds: Double
  private let clock: WallClock
  private let begin: (step: Int, seconds: Double)
  /// The number of steps that the run began with.
  let plannedSteps: Int
  /// The step after which it was looked at; nil before.
  private(set) var checkedStep: Int?
  /// Whether the decay of the learning rate ends with the run.
  let movesDecay: Bool
  private let mayGrow: Bool

  /// A pace for a run that begins now.
  ///
  /// - Parameters:
  ///   - budget: in seconds by the clock.
  ///   - endingSeconds: what the end takes after the last step.
  ///   - steps: the steps taken before, and the number that there are to be.
  ///   - movesDecay: whether the decay of the learning rate ends with the run, wherever that is.
  ///   - mayGrow: whether there may be more steps than planned; not where the text wants no more.
  package init(
    budget: Double, endingSeconds: Double, clock: WallClock, from step: Int, to plannedSteps: Int, movesDecay: Bool,
    mayGrow: Bool = true
  ) {
    (self.budget, self.endingSeconds, self.clock) = (budget, endingSeconds, clock)
    (self.plannedSteps, self.movesDecay, self.mayGrow) = (plannedSteps, movesDecay, mayGrow)
    begin = (step, clock.elapsed())
  }

  /// How many steps there are to be, looked at after `step` of them; nil if that stays as it is.
  package mutating func steps(after step: Int) -> Int? {
    guard checkedStep == nil, begin.step < step, step < plannedSteps else { return nil }
    let now = clock.elapsed()
    let share = max(
      Double(step - begin.step) / Double(plannedSteps - begin.step),
      (now - begin.seconds) / max(budget - endingSeconds - begin.seconds, 1e-9))
    guard share >= BudgetTable.refitAfter else { return nil }
    checkedStep = step
    let secondsPerStep = (now - begin.seconds) / Double(step - begin.step)
    guard secondsPerStep > 0 else { return nil }
    let end = now + secondsPerStep * Double(plannedSteps - step) + endingSeconds
    let drift = (end - budget) / budget
    guard mayGrow ? abs(drift) > BudgetTable.toleratedDrift : drift > BudgetTable.toleratedDrift else { return nil }
    let more = max(1, min((budget - endingSeconds - now) / secondsPerStep, 1e12))
    return step + Int(more) == plannedSteps ? nil : step + Int(more)
  }

  /// Takes back that it was looked at, where the run goes back to `step`; returns the step after which that was.
  mutating func goBack(to step: Int) -> Int? {
    guard let checkedStep, checkedStep > step else { return nil }
    self.checkedStep = nil
    return checkedStep
  }
}
