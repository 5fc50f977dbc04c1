import Files
import Foundation

/// A chart as an SVG file that needs nothing besides itself: light or dark as its reader's system is, with a title and a
/// description for those who hear it. Equal charts give equal bytes.
package struct SVGChart {
  /// The whole file.
  package var text: String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.width) \(height)" role="img" \
    aria-labelledby="chart-title chart-description">
    <title id="chart-title">\(escaped(title))</title>
    <desc id="chart-description">\(escaped(description))</desc>
    <style>\(SVGChartStyle.text)</style>
    <rect class="paper" width="\(Self.width)" height="\(height)"/>
    <text class="title" x="\(Self.left)" y="30">\(escaped(title))</text>
    \((horizontalAxis + verticalAxis + levels + chart.curves.flatMap(curve) + legend).joined(separator: "\n"))
    </svg>

    """
  }

  private static let width = 800
  // The rectangle of the curves.
  private static let (left, right, top, bottom) = (64.0, 664.0, 52.0, 392.0)
  private static let legendTop = 462
  private static let legendStep = 22
  /// Of so many points, each has a mark that tells its numbers.
  private static let mostMarks = 80

  private let chart: Chart
  private let x, y: Axis

  /// The picture of `chart`.
  package init(_ chart: Chart) {
    self.chart = chart
    (x, y) = (Axis(chart.xRange, atMost: 8), Axis(chart.yRange, atMost: 10))
  }

  private var title: String { printable("Loss of \(chart.title)", limit: 90) }
  private var height: Int { Self.legendTop + Self.legendStep * chart.curves.count + 6 }

  private func place(_ point: Chart.Point) -> (x: String, y: String) {
    (
      pixels(Self.left + x.position(of: point.x) * (Self.right - Self.left)),
      pixels(Self.bottom - y.position(of: point.y) * (Self.bottom - Self.top))
    )
  }

  private func pixels(_ value: Double) -> String { Formatting.decimal(value, places: 1) }
}

// MARK: - Axes

extension SVGChart {
  private var horizontalAxis: [String] {
    let middle = (Self.left + Self.right) / 2
    return x.ticks.map { tick in
      let place = place(Chart.Point(tick, chart.yRange.lowerBound)).x
      return """
        <path class="grid" d="M\(place) \(Self.top)V\(Self.bottom + 5)"/>\
        <text class="tick middle" x="\(place)" y="\(Self.bottom + 20)">\(x.label(tick))</text>
        """
    } + ["<text class=\"middle\" x=\"\(middle)\" y=\"\(Self.bottom + 42)\">\(escaped(chart.xTitle))</text>"]
  }

  private var verticalAxis: [String] {
    let middle = (Self.top + Self.bottom) / 2
    return y.ticks.map { tick in
      let place = place(Chart.Point(0, tick)).y
      return """
        <path class="grid" d="M\(Self.left - 5) \(place)H\(Self.right)"/>\
        <text class="tick end" x="\(Self.left - 9)" y="\(place)" dy=".32em">\(y.label(tick))</text>
        """
    } + [
      "<text class=\"middle\" transform=\"translate(16 \(middle)) rotate(-90)\">\(escaped(chart.yTitle))</text>",
      "<path class=\"axis\" d=\"M\(Self.left) \(Self.top)V\(Self.bottom)H\(Self.right)\"/>",
    ]
  }

  /// From top to bottom, with their names beside them, which are kept apart.
  private var levels: [String] {
    var free = Self.top
    return chart.levels.sorted { $0.value > $1.value }.map { level in
      let height = Self.bottom - y.position(of: level.value) * (Self.bottom - Self.top)
      let label = max(height, free)
      free = label + 15
      let text = escaped("\(level.name) \(Formatting.decimal(level.value, places: 3))")
      return """
        <path class="level" d="M\(Self.left) \(pixels(height))H\(Self.right)"/>\
        <text class="tick" x="\(Self.right + 8)" y="\(pixels(label))" dy=".32em">\(text)</text>
        """
    }
  }
}

// MARK: - Curves

extension SVGChart {
  private func curve(_ curve: Chart.Curve) -> [String] {
    let path = curve.points.map(place).map { "\($0.x) \($0.y)" }.joined(separator: "L")
    let name = "<title>\(escaped(curve.name))</title>"
    let line = "<path class=\"\(style(curve))\" d=\"M\(path)\">\(name)</path>"
    guard curve.line != .faint, curve.points.count <= Self.mostMarks else { return [line] }
    let marks = curve.points.map { point in
      let place = place(point)
      return """
        <circle class="mark \(colour(curve))" cx="\(place.x)" cy="\(place.y)" r="2.5"><title>\
        \(escaped("\(curve.name), \(told(point))"))</title></circle>
        """
    }
    return [line] + marks
  }

  private func colour(_ curve: Chart.Curve) -> String { "c\(curve.color % SVGChartStyle.colourCount)" }

  private func style(_ curve: Chart.Curve) -> String { "curve \(curve.line) \(colour(curve))" }

  private func told(_ point: Chart.Point) -> String {
    "\(chart.xTitle) \(Formatting.decimal(point.x, places: point.x.rounded() == point.x ? 0 : 1)): "
      + Formatting.decimal(point.y)
  }

  private var legend: [String] {
    chart.curves.enumerated().map { index, curve in
      let height = Self.legendTop + Self.legendStep * index
      return """
        <path class="\(style(curve))" d="M\(Self.left) \(height)h32"/>\
        <text x="\(Self.left + 42)" y="\(height)" dy=".32em">\(escaped(summary(curve)))</text>
        """
    }
  }

  private func summary(_ curve: Chart.Curve) -> String {
    guard let last = curve.points.last, let best = curve.points.min(by: { $0.y < $1.y }) else { return curve.name }
    let lowest = best == last ? "" : ", lowest \(told(best))"
    return "\(printable(curve.name, limit: 60)), ends at \(Formatting.decimal(last.y))\(lowest)"
  }

  private var description: String {
    let levels = chart.levels.map { "\($0.name) \(Formatting.decimal($0.value))" }
    let lines = levels.isEmpty ? "" : " Horizontal lines: \(levels.joined(separator: ", "))."
    return "\(chart.yTitle), against \(chart.xTitle). "
      + chart.curves.map { "\(summary($0))." }.joined(separator: " ") + lines
  }

  /// `text` as it stands in XML, which has no place for control characters.
  private func escaped(_ text: String) -> String {
    printable(text, limit: 4_000).replacing("&", with: "&amp;").replacing("<", with: "&lt;")
      .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
  }
}
