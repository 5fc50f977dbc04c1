import Autograd
import Synchronization

/// The angles of a model's positions, computed as far as they are used: a long context takes no memory before.
///
/// It is shared by a model's copies: what it returns depends on the configuration and the positions alone.
final class RotaryAngles: Sendable {
  private static let fewest = 64

  private let config: GPTConfig
  private let elementType: ElementType
  private let table: Mutex<RotaryTable>

  /// The angles of a model of this configuration.
  init(_ config: GPTConfig, elementType: ElementType) {
    (self.config, self.elementType) = (config, elementType)
    table = Mutex(RotaryTable(headWidth: config.headWidth, positionCount: 0, elementType: elementType))
  }

  /// Those of the first `count` positions, at least.
  func table(of count: Int) -> RotaryTable {
    table.withLock { table in
      if table.positionCount < count {
        table = RotaryTable(
          headWidth: config.headWidth,
          positionCount: min(max(count, 2 * table.positionCount, Self.fewest), max(count, config.contextLength)),
          theta: config.ropeTheta, isClockwise: config.architecture.rotatesClockwise, elementType: elementType)
      }
      return table
    }
  }
}
