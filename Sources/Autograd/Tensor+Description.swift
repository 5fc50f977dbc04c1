import Foundation

// Tensors as text, laid out as NumPy and PyTorch do.

extension Tensor: CustomStringConvertible {
  /// The elements, with one pair of brackets per axis, then shape and element type:
  ///
  ///     Tensor([[1.0000, 0.5000],
  ///             [0.2500, 0.1250]], shape: [2, 2], float32)
  ///
  /// Numbers have four decimals, or none where all are whole, or exponents where the largest is far from 1. Of more
  /// than 1,000 elements, the first three and the last three of each axis are shown.
  public var description: String {
    let layout = TensorLayout(shape: shape, isSummary: count > 1_000)
    let values = scalars
    let format = NumberFormat(layout.shownElements().map { values[$0] })
    let opening = "Tensor("
    let elements = layout.text(indent: opening.count) { format.text(values[$0]) }
    return "\(opening)\(elements), shape: \(shape), \(elementType))"
  }
}

/// Which elements are shown, and how they are nested.
private struct TensorLayout {
  let shape: [Int]
  let isSummary: Bool

  /// So many elements of either end of an axis in a summary, and so many columns a line.
  private static let (edge, lineLength) = (3, 80)

  /// The indices shown along an axis; nil stands for those left out.
  private func indices(ofAxis axis: Int) -> [Int?] {
    let length = shape[axis]
    guard isSummary && length > 2 * Self.edge else { return Array(0..<length) }
    return Array(0..<Self.edge) + [nil] + Array((length - Self.edge)..<length)
  }

  /// The numbers of the elements shown, row by row.
  func shownElements() -> [Int] {
    shape.indices.reduce([0]) { starts, axis in
      starts.flatMap { start in indices(ofAxis: axis).compactMap { $0.map { start * shape[axis] + $0 } } }
    }
  }

  /// The nested elements, the lines after the first indented.
  func text(indent: Int, _ element: (Int) -> String) -> String { text(axis: 0, start: 0, indent: indent, element) }

  /// The part of the tensor below index `start` of the axes before `axis`, seen as one axis.
  private func text(axis: Int, start: Int, indent: Int, _ element: (Int) -> String) -> String {
    if axis == shape.count { return element(start) }
    let isRow = axis == shape.count - 1
    let parts = indices(ofAxis: axis).map { index in
      index.map { text(axis: axis + 1, start: start * shape[axis] + $0, indent: indent + 1, element) } ?? "…"
    }
    if isRow { return "[\(lines(parts, indent: indent + 1))]" }
    let separator = "," + String(repeating: "\n", count: shape.count - 1 - axis) + spaces(indent + 1)
    return "[\(parts.joined(separator: separator))]"
  }

  /// The numbers of a row, as many a line as fit.
  private func lines(_ numbers: [String], indent: Int) -> String {
    let width = (numbers.map(\.count).max() ?? 0) + 2
    let perLine = max(1, (Self.lineLength - indent) / width)
    return stride(from: 0, to: numbers.count, by: perLine)
      .map { numbers[$0..<min($0 + perLine, numbers.count)].joined(separator: ", ") }
      .joined(separator: ",\n" + spaces(indent))
  }

  private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}

/// One way to write all the numbers of a tensor, so that columns line up.
private struct NumberFormat {
  private enum Style { case whole, decimals, exponent }

  private let style: Style
  private var width = 0

  init(_ values: [Double]) {
    let finite = values.filter(\.isFinite)
    let largest = finite.map(abs).max() ?? 0
    // Beyond these bounds, four decimals would show digits that a float32 has not, or little but zeros.
    if largest < 1e7 && finite.allSatisfy({ $0 == $0.rounded() }) {
      style = .whole
    } else {
      style = largest < 1e5 && largest >= 1e-3 ? .decimals : .exponent
    }
    width = values.map { plain($0).count }.max() ?? 0
  }

  /// The number, right-aligned to the widest.
  func text(_ value: Double) -> String {
    let text = plain(value)
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private func plain(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    switch style {
    case .whole: return String(format: "%.0f", value)
    case .decimals: return String(format: "%.4f", value)
    case .exponent: return String(format: "%.4e", value)
    }
  }
}
