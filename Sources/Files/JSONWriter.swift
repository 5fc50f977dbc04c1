extension JSON {
  /// This value on one line without spaces.
  package var compact: String { JSONWriter.text(of: self, pretty: false) }

  /// This value with a member or element a line, indented by two spaces, without a newline at the end.
  package var pretty: String { JSONWriter.text(of: self, pretty: true) }

  /// The beginning of `compact`, a little more than `limit` scalars where there are as many, however long the whole is.
  func beginning(atMost limit: Int) -> String { JSONWriter.text(of: self, pretty: false, limit: limit) }
}

/// Writes JSON: members in their order, integers as integers, other numbers with a point or an exponent.
///
/// A number is written in the fewest digits that read back as the same Double. JSON has no spelling for
/// infinities and NaN: they become `null`.
private struct JSONWriter {
  private let isPretty: Bool
  private var text = ""
  private var depth = 0
  /// Nothing is written from this length on, in bytes.
  private let limit: Int

  static func text(of value: JSON, pretty: Bool, limit: Int? = nil) -> String {
    // A scalar takes four bytes at most.
    var writer = JSONWriter(isPretty: pretty, limit: limit.map { 4 * $0 + 4 } ?? .max)
    writer.write(value)
    return writer.text
  }

  private init(isPretty: Bool, limit: Int) { (self.isPretty, self.limit) = (isPretty, limit) }

  private var isFull: Bool { text.utf8.count >= limit }

  private mutating func write(_ value: JSON) {
    switch value {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += value.isFinite ? value.description : "null"
    case .string(let value): write(string: value)
    case .array(let elements): writeItems("[", "]", elements) { $0.write($1) }
    case .object(let members):
      writeItems("{", "}", members) { writer, member in
        writer.write(string: member.name)
        writer.text += writer.isPretty ? ": " : ":"
        writer.write(member.value)
      }
    }
  }

  private mutating func writeItems<Item>(
    _ open: String, _ close: String, _ items: [Item], _ writeItem: (inout Self, Item) -> Void
  ) {
    text += open
    depth += 1
    for (index, item) in items.enumerated() where !isFull {
      if index > 0 { text += "," }
      startLine()
      writeItem(&self, item)
    }
    depth -= 1
    if !items.isEmpty { startLine() }
    text += close
  }

  private mutating func startLine() {
    if isPretty { text += "\n" + String(repeating: "  ", count: depth) }
  }

  private mutating func write(string: String) {
    text += "\""
    for scalar in string.unicodeScalars {
      if isFull { break }
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
