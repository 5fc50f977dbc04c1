import Foundation
import Testing
import minigpt

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("Axes")
struct AxisTests {
  @Test("ticks are round numbers within the range, and no more than asked for")
  func ticks() {
    #expect(Axis(0...2_000, atMost: 5).ticks == [0, 500, 1_000, 1_500, 2_000])
    #expect(Axis(0...6_000, atMost: 8).ticks == [0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000])
    let losses = Axis(1.47...4.17, atMost: 7)
    #expect(losses.ticks.map(losses.label) == ["1.5", "2.0", "2.5", "3.0", "3.5", "4.0"])
    let narrow = Axis(0.61...0.69, atMost: 5)
    #expect(narrow.ticks.map(narrow.label) == ["0.62", "0.64", "0.66", "0.68"])
  }

  @Test("any range has ticks that differ in their labels", arguments: [1e-9, 0.03, 1, 7, 4_096, 3e8, 1e80])
  func anyRange(width: Double) {
    for low in [0, 1, -width] {
      for count in 2...9 {
        let axis = Axis(low...low + width, atMost: count)
        #expect(
          axis.ticks.count <= count && axis.ticks.allSatisfy { (-1e-9...1 + 1e-9).contains(axis.position(of: $0)) })
        #expect(Set(axis.ticks.map(axis.label)).count == axis.ticks.count, "\(axis)")
      }
    }
  }

  @Test("a range of one number is widened")
  func empty() {
    for value in [0, 2.5, -3, 1e9] {
      let axis = Axis(value...value, atMost: 5)
      #expect(axis.position(of: value) == 0.5 && !axis.ticks.isEmpty)
    }
  }
}

@Suite("Charts")
struct ChartTests {
  private func chart(_ name: String = "fox", _ losses: [Double] = [4, 3, 2, 1], levels: [Chart.Level] = []) -> Chart {
    let points = losses.enumerated().map { Chart.Point(Double($0 + 1) * 250, $1) }
    let curve = Chart.Curve(name: "validation", label: "val", color: 0, line: .solid, points: points)
    return Chart(title: name, xTitle: "step", yTitle: "loss", curves: [curve], levels: levels)
  }

  private func text(_ chart: Chart, width: Int = 80, isASCII: Bool = false) -> [String] {
    TextChart(chart, width: width, isASCII: isASCII).lines.map { $0.map(\.text).joined() }
  }

  @Test("Braille dots: a falling line has its corners at the upper left and the lower right")
  func braille() {
    var canvas = DotCanvas(columns: 2, rows: 1, isASCII: false)
    canvas.draw([Chart.Point(0, 1), Chart.Point(1, 0)], with: .init(glyph: "*"))
    #expect(String(canvas.rows[0].map(\.character)) == "⠑⢄")
    var level = DotCanvas(columns: 3, rows: 1, isASCII: false)
    level.draw([Chart.Point(0, 0), Chart.Point(1, 0)], with: .init(glyph: "-", on: 1, off: 1))
    #expect(String(level.rows[0].map(\.character)) == "⡀⡀⡀")
    var point = DotCanvas(columns: 1, rows: 1, isASCII: true)
    point.draw([Chart.Point(0.5, 0.5)], with: .init(glyph: "*"))
    #expect(point.rows[0][0].character == "*")
  }

  @Test("no line is wider than the terminal, and in ASCII all are ASCII", arguments: [40, 80, 100])
  func width(columns: Int) {
    let level = Chart.Level(name: "counting", value: 0.5, isRequired: true)
    for isASCII in [true, false] {
      let lines = text(chart(levels: [level]), width: columns, isASCII: isASCII)
      #expect(lines.allSatisfy { $0.count <= columns })
      #expect(lines.joined().allSatisfy(\.isASCII) == isASCII)
      #expect(lines.contains { $0.hasSuffix(" val") } && lines.contains { $0.hasSuffix(" counting 0.50") })
    }
  }

  @Test("a level that is not required shows where it falls into the chart, and only there")
  func levels() {
    let (near, far) = (
      Chart.Level(name: "a", value: 2.5, isRequired: false), Chart.Level(name: "b", value: 9, isRequired: false)
    )
    #expect(chart(levels: [near, far]).levels == [near])
    let required = Chart.Level(name: "c", value: 9, isRequired: true)
    #expect(chart(levels: [required]).levels == [required])
  }

  @Test("an SVG is well-formed whatever a run is called, has title and description, and no other file's name")
  func svg() throws {
    let hostile = "<script>alert('&')</script>\u{1B}[31m\"]]>\u{0}é"
    for losses in [[4.0, 3, 2, 1], [2], [2, 2], (0..<500).map { 3 - Double($0) / 500 }] {
      let text = SVGChart(chart(hostile, losses)).text
      let parser = XMLParser(data: Data(text.utf8))
      let reader = Reader()
      parser.delegate = reader
      #expect(parser.parse(), "\(text)")
      #expect(reader.elements.isSuperset(of: ["svg", "title", "desc", "style", "path", "text"]))
      #expect(!reader.elements.contains("script"))
      #expect(reader.text.contains("Loss of <script>alert('&')</script>\\u{1B}[31m\"]]>\\u{0}é"))
      #expect(text.contains("prefers-color-scheme:dark") && text.contains("role=\"img\""))
      #expect(!text.contains("nan") && !text.contains("href") && !text.contains("url("))
      #expect(SVGChart(chart(hostile, losses)).text == text)
    }
  }

  /// Collects what an XML file holds.
  private final class Reader: NSObject, XMLParserDelegate {
    var elements: Set<String> = []
    var text = ""

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) { elements.insert(name) }

    func parser(_ parser: XMLParser, foundCharacters text: String) { self.text += text }
  }
}
