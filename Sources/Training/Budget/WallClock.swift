/// The seconds that have passed since a command began: what a budget is held against.
package struct WallClock: Sendable {
  /// The seconds until now.
  package let elapsed: @Sendable () -> Double

  /// A clock that says what `elapsed` does.
  package init(elapsed: @escaping @Sendable () -> Double) { self.elapsed = elapsed }

  /// A clock of the time since `start`.
  package static func since(_ start: ContinuousClock.Instant = .now) -> WallClock {
    WallClock { (ContinuousClock.now - start).seconds }
  }
}
