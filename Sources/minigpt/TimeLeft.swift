import Training

/// How long a run in training still takes, by its pace since its first step: what is done once is over with that.
package struct TimeLeft: Sendable {
  private typealias Mark = (step: Int, time: ContinuousClock.Instant)

  private var first, last: Mark?

  /// Nothing to go by yet.
  package init() {}

  /// Notes that `step` was taken at `time`.
  package mutating func note(_ step: Int, at time: ContinuousClock.Instant = .now) {
    last = (step, time)
    if first == nil { first = last }
  }

  /// Seconds from the last step that was noted to the step `end`; nil before there are two.
  package func seconds(until end: Int) -> Double? {
    guard let first, let last, last.step > first.step else { return nil }
    return (last.time - first.time).seconds / Double(last.step - first.step) * Double(end - last.step)
  }
}
