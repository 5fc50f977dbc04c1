/// A chart in a terminal's characters.
package struct TextChart {
  /// Characters that look alike.
  package typealias Span = (text: String, style: Terminal.Style)

  /// The lines, from the title to that below the x axis.
  package private(set) var lines: [[Span]] = []

  private static let rowCount = 20
  private static let widest = 120
  private let chart: Chart
  private let isASCII: Bool

  /// The picture of `chart` in at most `width` columns, but never fewer than 40.
  package init(_ chart: Chart, width: Int, isASCII: Bool) {
    (self.chart, self.isASCII) = (chart, isASCII)
    let y = Axis(chart.yRange, atMost: 10)
    let (left, right) = (y.ticks.map { y.label($0).count }.max() ?? 0, margin(Self.rowCount, y))
    let columns = min(max(width, 40), Self.widest) - left - 2 - (right.map { $0.text.count }.max() ?? 0) - 2
    let x = Axis(chart.xRange, atMost: max(2, columns / 12))
    var canvas = DotCanvas(columns: max(8, columns), rows: Self.rowCount, isASCII: isASCII)
    draw(on: &canvas, x, y)
    lines.append([("\(chart.yTitle)", .plain)])
    let tickRows = Dictionary(y.ticks.map { (row(of: $0, y), y.label($0)) }) { first, _ in first }
    for (index, row) in canvas.rows.enumerated() {
      let label = Formatting.padded(tickRows[index] ?? "", to: left)
      let rule = tickRows[index] == nil ? (isASCII ? "|" : "│") : isASCII ? "+" : "┤"
      let start = Span("\(label) \(rule)", .plain)
      if right[index].text.isEmpty {
        let end = row.lastIndex { $0.character != " " }.map { $0 + 1 } ?? 0
        lines.append([start] + spans(row[..<end]))
      } else {
        lines.append([start] + spans(row[...]) + [(" " + right[index].text, right[index].style)])
      }
    }
    addAxis(x, columns: max(8, columns), after: left + 1)
  }

  /// How curves of this kind are drawn, for the chart and its legend.
  package static func pen(_ line: Chart.Line, color: Int) -> DotCanvas.Pen {
    let glyphs: [Character] =
      switch line {
      case .solid: ["*", "o", "x", "#", "@", "%"]
      case .dashed: [".", ":", ",", ";", "~", "^"]
      case .faint: ["'", "`", "'", "`", "'", "`"]
      }
    let (on, off) = line == .solid ? (1, 0) : line == .dashed ? (3, 2) : (1, 2)
    return DotCanvas.Pen(
      glyph: glyphs[color % glyphs.count], style: line == .faint ? .faint : .color(color), on: on, off: off)
  }

  /// What stands for curves of this kind in a legend.
  package static func sample(_ line: Chart.Line, color: Int, isASCII: Bool) -> Span {
    let pen = pen(line, color: color)
    guard !isASCII else { return (String(repeating: pen.glyph, count: 3), pen.style) }
    return (line == .solid ? "───" : line == .dashed ? "╌╌╌" : "···", pen.style)
  }
}

// MARK: - Inside the axes

extension TextChart {
  private func draw(on canvas: inout DotCanvas, _ x: Axis, _ y: Axis) {
    for level in chart.levels {
      let height = y.position(of: level.value)
      let pen = DotCanvas.Pen(glyph: "-", style: .faint, on: 1, off: 3)
      canvas.draw([Chart.Point(0, height), Chart.Point(1, height)], with: pen)
    }
    for kind in [Chart.Line.faint, .dashed, .solid] {
      for curve in chart.curves where curve.line == kind {
        let points = curve.points.map { Chart.Point(x.position(of: $0.x), y.position(of: $0.y)) }
        canvas.draw(points, with: Self.pen(kind, color: curve.color))
      }
    }
  }

  private func row(of value: Double, _ y: Axis) -> Int {
    Int(((1 - y.position(of: value)) * Double(Self.rowCount - 1)).rounded())
  }

  /// The words beside the ends of curves and levels, a row each; where two want the same row, the later moves, and is left
  /// out where it would move far.
  private func margin(_ rowCount: Int, _ y: Axis) -> [Span] {
    var rows = [Span](repeating: ("", .plain), count: rowCount)
    let curves = chart.curves.filter { $0.line != .faint }.sorted { $0.line == .solid && $1.line != .solid }
    let ends = curves.map { ($0.label, $0.points[$0.points.count - 1].y, Self.pen($0.line, color: $0.color).style) }
    let levels = chart.levels.map {
      ("\($0.name) \(Formatting.decimal($0.value, places: 2))", $0.value, Terminal.Style.faint)
    }
    for (text, value, style) in ends + levels {
      let wanted = row(of: value, y)
      let free = [0, -1, 1, -2, 2].map { wanted + $0 }.first { rows.indices.contains($0) && rows[$0].text.isEmpty }
      if let free { rows[free] = (text, style) }
    }
    return rows
  }

  /// A row's characters, those that look alike together.
  private func spans(_ row: ArraySlice<DotCanvas.Cell>) -> [Span] {
    var spans: [Span] = []
    for cell in row {
      if let last = spans.last, last.style == cell.style {
        spans[spans.count - 1].text.append(cell.character)
      } else {
        spans.append((String(cell.character), cell.style))
      }
    }
    return spans
  }
}

// MARK: - The x axis

extension TextChart {
  private mutating func addAxis(_ x: Axis, columns: Int, after indentation: Int) {
    var rule = Array(repeating: isASCII ? "-" : "─", count: columns)
    var labels = ""
    for tick in x.ticks {
      let column = Int((x.position(of: tick) * Double(columns - 1)).rounded())
      guard rule.indices.contains(column) else { continue }
      rule[column] = isASCII ? "+" : "┬"
      let label = x.label(tick)
      // Under its tick, or as far to the left as the end demands; one that would touch the one before is left out.
      let start = max(0, min(column - label.count / 2, columns - label.count))
      guard labels.isEmpty || start > labels.count else { continue }
      labels += String(repeating: " ", count: start - labels.count) + label
    }
    let spaces = String(repeating: " ", count: indentation)
    lines.append([(spaces + (isASCII ? "+" : "└") + rule.joined(), .plain)])
    lines.append([(spaces + " " + labels, .plain)])
    lines.append([(spaces + " " + Formatting.padded(chart.xTitle, to: (columns + chart.xTitle.count) / 2), .plain)])
  }
}
