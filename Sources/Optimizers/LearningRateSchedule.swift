import Foundation

/// Linear warm-up, then half a cosine down to a minimum that stays: nanoGPT's.
public struct LearningRateSchedule: Sendable, Equatable {
  /// The rate at the end of the warm-up, and the rate that stays at the end.
  public var peak, minimum: Double
  /// How many steps the warm-up takes, and at which step the minimum is reached.
  public var warmupSteps, decaySteps: Int

  /// A schedule of these numbers.
  public init(peak: Double, minimum: Double, warmupSteps: Int, decaySteps: Int) {
    (self.peak, self.minimum) = (peak, minimum)
    (self.warmupSteps, self.decaySteps) = (warmupSteps, decaySteps)
  }

  /// The rate of step `step`, counting from 0: `peak·(step + 1)/(warmup + 1)` while it warms up, then
  /// `minimum + ½(1 + cos πr)(peak − minimum)` where r runs from 0 to 1.
  public func callAsFunction(_ step: Int) -> Double {
    if step < warmupSteps { return peak * Double(step + 1) / Double(warmupSteps + 1) }
    if step >= decaySteps { return minimum }
    let share = Double(step - warmupSteps) / Double(decaySteps - warmupSteps)
    return minimum + 0.5 * (1 + cos(.pi * share)) * (peak - minimum)
  }
}
