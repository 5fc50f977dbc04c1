/// Curves over common axes, and the levels that they are held against; a terminal or an SVG file shows it.
package struct Chart {
  /// How a curve is drawn.
  package enum Line: Sendable {
    case solid, dashed, faint
  }

  /// A point of a curve.
  package struct Point: Equatable, Sendable {
    package let x, y: Double

    package init(_ x: Double, _ y: Double) { (self.x, self.y) = (x, y) }
  }

  /// A curve through points of ascending x.
  package struct Curve: Sendable {
    /// What it is, for a legend; and in a word, beside its end.
    package let name, label: String
    /// Which of the colours it has: curves of one run share it.
    package let color: Int
    package let line: Line
    package let points: [Point]

    package init(name: String, label: String, color: Int, line: Line, points: [Point]) {
      (self.name, self.label, self.color, self.line, self.points) = (name, label, color, line, points)
    }
  }

  /// A horizontal line.
  package struct Level: Equatable, Sendable {
    package let name: String
    package let value: Double
    /// Whether the chart is made so high, or low, that it shows; else it shows where it falls into the chart.
    package let isRequired: Bool

    package init(name: String, value: Double, isRequired: Bool) {
      (self.name, self.value, self.isRequired) = (name, value, isRequired)
    }
  }

  /// What it shows, and what stands along the axes.
  package let title, xTitle, yTitle: String
  package let curves: [Curve]
  /// The levels within the chart.
  package let levels: [Level]
  /// From where to where it goes; x from 0 on.
  package let xRange, yRange: ClosedRange<Double>

  /// The chart of `curves`, of which at least one has points.
  package init(title: String, xTitle: String, yTitle: String, curves: [Curve], levels: [Level]) {
    (self.title, self.xTitle, self.yTitle) = (title, xTitle, yTitle)
    self.curves = curves.filter { !$0.points.isEmpty }
    let points = curves.flatMap(\.points)
    let heights = points.map(\.y) + levels.filter(\.isRequired).map(\.value)
    let (low, high) = (heights.min() ?? 0, heights.max() ?? 1)
    let margin = (high - low) / 25
    let range = low - margin...high + margin
    yRange = range
    xRange = 0...max(0, points.map(\.x).max() ?? 1)
    self.levels = levels.filter { range.contains($0.value) }
  }
}
