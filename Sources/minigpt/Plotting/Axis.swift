import Foundation

/// A range of numbers with round ones in it: 1, 2 or 5 times a power of ten apart.
package struct Axis: Equatable {
  /// From where to where; the bounds are finite and differ.
  package let range: ClosedRange<Double>
  /// The round numbers in the range, ascending.
  package let ticks: [Double]
  /// How many decimals tell the ticks apart.
  package let places: Int

  /// The axis over `range` with at most `count` ticks; an empty range is widened.
  package init(_ range: ClosedRange<Double>, atMost count: Int) {
    let isEmpty = range.upperBound - range.lowerBound <= range.upperBound.magnitude * 1e-12
    let margin = isEmpty ? max(range.upperBound.magnitude / 10, 0.5) : 0
    let range = range.lowerBound - margin...range.upperBound + margin
    let step = Self.step(of: (range.upperBound - range.lowerBound) / Double(max(1, count - 1)))
    // A bound that rounding has put a hair beside a tick has it.
    let first = (range.lowerBound / step - 1e-9).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    self.range = range
    ticks = first <= last ? stride(from: first, through: last, by: 1).map { $0 * step } : []
    places = min(12, max(0, Int((-log10(step * (1 + 1e-9))).rounded(.up))))
  }

  /// The least of 1, 2 and 5 times a power of ten that is not below `least`.
  private static func step(of least: Double) -> Double {
    let power = pow(10, log10(least).rounded(.down))
    let factor = [1, 2, 5].first { $0 * power >= least * (1 - 1e-9) } ?? 10
    return factor * power
  }

  /// Where `value` is between the bounds: 0 at the lower, 1 at the upper.
  package func position(of value: Double) -> Double {
    (value - range.lowerBound) / (range.upperBound - range.lowerBound)
  }

  /// A tick as it is written beside the axis: "1,500", "0.25"; a large one as "2.0 M".
  package func label(_ tick: Double) -> String {
    let value = tick == 0 ? 0 : tick  // no −0
    guard places == 0, value.magnitude < 1e15 else { return Formatting.decimal(value, places: places) }
    return Formatting.quantity(Int(value))
  }
}
