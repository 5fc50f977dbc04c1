import Synchronization
import Training

/// A clock that goes on when it is told to.
final class FakeClock: Sendable {
  private let seconds = Mutex(0.0)

  /// The clock as a budget's.
  var wall: WallClock { WallClock { self.seconds.withLock { $0 } } }

  func advance(_ by: Double) { seconds.withLock { $0 += by } }
}
