import Foundation

/// Linear warm-up, then cosine decay to a constant minimum, as in nanoGPT.
public struct LearningRateSchedule: Sendable, Equatable {
  /// The learning rate after the warm-up, and the one after the decay.
  public var peak, minimum: Double
  /// The number of warm-up steps, and the step at which the minimum is reached.
  public var warmupSteps, decaySteps: Int

  /// A schedule with the given values.
  public init(peak: Double, minimum: Double, warmupSteps: Int, decaySteps: Int) {
    (self.peak, self.minimum) = (peak, minimum)
    (self.warmupSteps, self.decaySteps) = (warmupSteps, decaySteps)
  }

  /// The rate of step `step`, counting from 0: `peak·(step + 1)/(warmup + 1)` while it warms up, then
  /// `minimum + ½(1 + cos πr)(peak − minimum)` where r runs from 0 to 1.
  public func callAsFunction(_ step: Int) -> Double {
    // Added in floating point, since a warm-up may be as long as an integer holds.
    if step < warmupSteps { return peak * Double(step + 1) / (Double(warmupSteps) + 1) }
    if step >= decaySteps { return minimum }
    let share = Double(step - warmupSteps) / Double(decaySteps - warmupSteps)
    return minimum + 0.5 * (1 + cos(.pi * share)) * (peak - minimum)
  }
}
