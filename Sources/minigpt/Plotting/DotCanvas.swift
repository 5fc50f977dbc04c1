/// A picture in characters: Braille patterns of 2 × 4 dots each or, where these cannot be shown, one ASCII character for
/// each place.
package struct DotCanvas {
  /// What a line is drawn with.
  package struct Pen: Sendable {
    /// The character where there is no Braille.
    package let glyph: Character
    package let style: Terminal.Style
    /// So many dots are drawn, and so many left out.
    package let on, off: Int

    package init(glyph: Character, style: Terminal.Style = .plain, on: Int = 1, off: Int = 0) {
      (self.glyph, self.style, self.on, self.off) = (glyph, style, on, off)
    }
  }

  /// A character of the picture.
  package struct Cell: Sendable {
    package fileprivate(set) var character: Character = " "
    package fileprivate(set) var style = Terminal.Style.plain
    fileprivate var dots: UInt32 = 0
  }

  /// The picture, row by row.
  package private(set) var rows: [[Cell]]
  private let isASCII: Bool

  /// An empty picture of so many characters.
  package init(columns: Int, rows: Int, isASCII: Bool) {
    self.isASCII = isASCII
    self.rows = Array(repeating: Array(repeating: Cell(), count: columns), count: rows)
  }

  private var dotsAcross: Int { isASCII ? 1 : 2 }
  private var dotsDown: Int { isASCII ? 1 : 4 }

  /// Draws a line through `points`, whose coordinates are from 0 (left, bottom) to 1 (right, top). What is drawn later has
  /// its style where lines meet.
  package mutating func draw(_ points: [Chart.Point], with pen: Pen) {
    let (right, bottom) = (rows[0].count * dotsAcross - 1, rows.count * dotsDown - 1)
    let places = points.map { (x: $0.x * Double(right), y: (1 - $0.y) * Double(bottom)) }
    var drawn = 0
    for (start, end) in zip(places, places.dropFirst() + places.suffix(1)) {
      let length = max(abs(end.x - start.x), abs(end.y - start.y)).rounded(.up)
      // The last dot is the next line's first.
      for index in 0..<max(1, Int(length)) {
        let share = length > 0 ? Double(index) / length : 0
        if drawn % (pen.on + pen.off) < pen.on {
          let (x, y) = (start.x + share * (end.x - start.x), start.y + share * (end.y - start.y))
          dot(Int(x.rounded()), Int(y.rounded()), pen)
        }
        drawn += length > 0 ? 1 : 0
      }
    }
  }

  /// The bits of a Braille pattern, from U+2800 on: two columns of three dots, and a fourth row of two.
  private static let bits: [[UInt32]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]

  private mutating func dot(_ x: Int, _ y: Int, _ pen: Pen) {
    let (row, column) = (y / dotsDown, x / dotsAcross)
    guard x >= 0, y >= 0, rows.indices.contains(row), rows[row].indices.contains(column) else { return }
    rows[row][column].style = pen.style
    if isASCII {
      rows[row][column].character = pen.glyph
    } else {
      rows[row][column].dots |= Self.bits[y % dotsDown][x % dotsAcross]
      rows[row][column].character = Unicode.Scalar(0x2800 + rows[row][column].dots).map(Character.init) ?? " "
    }
  }
}
