import Foundation

/// Linear warm-up, then cosine decay to a constant minimum, as in nanoGPT.
public struct LearningRateSchedule: Sendable, Equatable {
  /// The learning rate after the warm-up, and the one after the decay.
  public var peak, minimum: Double
  /// The number of warm-up steps, and the step at which the minimum is reached.
  public var warmupSteps, decaySteps: Int
  /// How the length of the decay was changed on the way, by ascending step; see `Refit`.
  public var refits: [Refit] = []

  /// A schedule with the given values.
  public init(peak: Double, minimum: Double, warmupSteps: Int, decaySteps: Int) {
    (self.peak, self.minimum) = (peak, minimum)
    (self.warmupSteps, self.decaySteps) = (warmupSteps, decaySteps)
  }

  /// The rate of step `step`, counting from 0: `peak·(step + 1)/(warmup + 1)` while it warms up, then
  /// `minimum + ½(1 + cos πr)(peak − minimum)` where r runs from 0 to 1: evenly, or as `refits` say.
  public func callAsFunction(_ step: Int) -> Double {
    // Added in floating point, since a warm-up may be as long as an integer holds.
    if step < warmupSteps { return peak * Double(step + 1) / (Double(warmupSteps) + 1) }
    let position = position(of: step)
    if position >= Double(decaySteps) { return minimum }
    let share = (position - Double(warmupSteps)) / Double(decaySteps - warmupSteps)
    return minimum + 0.5 * (1 + cos(.pi * share)) * (peak - minimum)
  }
}

extension LearningRateSchedule {
  /// A change of a decay's length while it runs: after `step` steps, what is left of it is stretched or cut so that it
  /// ends at step `end`. The rate of the step after `step` stays what it was.
  public struct Refit: Sendable, Equatable {
    /// The number of steps taken before it, and that at which the minimum is reached then.
    public let step, end: Int

    /// From `step` on, the decay ends at `end`.
    public init(step: Int, end: Int) { (self.step, self.end) = (step, end) }
  }

  /// Which step of the schedule as first planned has the rate of `step`.
  private func position(of step: Int) -> Double {
    // The line on which positions lie: through (start, position) to (end, decaySteps).
    var line = (start: 0, position: 0.0, end: decaySteps)
    func position(_ step: Int) -> Double {
      guard step < line.end else { return Double(decaySteps) }
      let slope = (Double(decaySteps) - line.position) / Double(line.end - line.start)
      return line.position + slope * Double(step - line.start)
    }
    for refit in refits where refit.step <= step {
      line = (refit.step, position(refit.step), refit.end)
    }
    return refits.isEmpty ? Double(step) : position(step)
  }
}
