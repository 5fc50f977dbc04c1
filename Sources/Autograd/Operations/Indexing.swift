// Subscripts: `x[0]`, `x[2..<4]`, `x[1, 2...]`, `x[..., 0]`.

/// What a tensor's subscript takes for one axis: an integer, or a range of integers.
///
/// An integer picks one index and drops the axis; a range keeps it. A negative number counts from the end of the
/// axis, as in NumPy: −1 is the last index, and `..<(-1)` all but the last. `0...` is all of an axis.
public protocol TensorIndex {
  /// What it picks.
  var axisSelection: AxisSelection { get }
}

/// Which indices of an axis a subscript picks.
public struct AxisSelection: Sendable {
  /// The first index and the one behind the last, where negative numbers count from the end; nil is the axis's own end.
  fileprivate var lower = 0
  fileprivate var upper: Int?
  fileprivate var includesUpper = false
  fileprivate var dropsAxis = false

  /// The indices in an axis of `length`. Nil if they are not all there.
  fileprivate func range(in length: Int) -> Range<Int>? {
    let first = lower < 0 ? lower + length : lower
    var end = upper.map { $0 < 0 ? $0 + length : $0 } ?? length
    if includesUpper { end += 1 }
    return 0 <= first && first <= end && end <= length ? first..<end : nil
  }
}

extension Int: TensorIndex {
  /// This index, without its axis.
  public var axisSelection: AxisSelection {
    AxisSelection(lower: self, upper: self, includesUpper: true, dropsAxis: true)
  }
}

extension Range: TensorIndex where Bound == Int {
  /// The indices of this range.
  public var axisSelection: AxisSelection { AxisSelection(lower: lowerBound, upper: upperBound) }
}

extension ClosedRange: TensorIndex where Bound == Int {
  /// The indices of this range.
  public var axisSelection: AxisSelection { AxisSelection(lower: lowerBound, upper: upperBound, includesUpper: true) }
}

extension PartialRangeFrom: TensorIndex where Bound == Int {
  /// The indices of this range.
  public var axisSelection: AxisSelection { AxisSelection(lower: lowerBound) }
}

extension PartialRangeUpTo: TensorIndex where Bound == Int {
  /// The indices of this range.
  public var axisSelection: AxisSelection { AxisSelection(upper: upperBound) }
}

extension PartialRangeThrough: TensorIndex where Bound == Int {
  /// The indices of this range.
  public var axisSelection: AxisSelection { AxisSelection(upper: upperBound, includesUpper: true) }
}

extension Tensor {
  /// The part of this tensor that `indices` pick along its first axes: all of the axes behind them. Copies the part;
  /// differentiable. Traps if there are more indices than axes, or an index is out of bounds.
  public subscript(_ indices: any TensorIndex...) -> Tensor {
    selecting(indices.map(\.axisSelection), firstAxis: 0)
  }

  /// The part of this tensor that `indices` pick along its last axes, all of the axes before them: `x[..., 0]`.
  /// Copies the part; differentiable. Traps if there are more indices than axes, or an index is out of bounds.
  public subscript(_ leading: UnboundedRange, _ indices: any TensorIndex...) -> Tensor {
    selecting(indices.map(\.axisSelection), firstAxis: rank - indices.count)
  }

  private func selecting(_ selections: [AxisSelection], firstAxis: Int) -> Tensor {
    require(selections.count <= rank, "subscript: \(selections.count) indices of shape \(shape)")
    var ranges = shape.map { 0..<$0 }
    var kept: [Int] = []
    for axis in shape.indices {
      guard selections.indices.contains(axis - firstAxis) else { kept.append(axis); continue }
      let selection = selections[axis - firstAxis]
      guard let range = selection.range(in: shape[axis]) else {
        trap("subscript: axis \(axis) of shape \(shape) has no indices \(selection)")
      }
      ranges[axis] = range
      if !selection.dropsAxis { kept.append(axis) }
    }
    let part = ranges.map(\.count) == shape ? self : slice(ranges)
    return kept.count == rank ? part : part.reshaped(to: kept.map { ranges[$0].count })
  }
}

extension AxisSelection: CustomStringConvertible {
  /// As it is written: `-1`, `2..<4`, `1...`.
  public var description: String {
    if dropsAxis { return "\(lower)" }
    return "\(lower)\(upper.map { "\(includesUpper ? "..." : "..<")\($0)" } ?? "...")"
  }
}
