/// What can happen to a JSON document, which stays one more often than not.
enum JSONMutation {
  static func apply(to bytes: inout [UInt8], _ draws: inout Draws) -> String {
    let spans = JSONSpans(bytes)
    guard !spans.values.isEmpty else { return BytesMutation.apply(to: &bytes, &draws) }
    let value = draws.pick(spans.values)
    guard let member = spans.members.isEmpty ? nil : draws.pick(spans.members) else {
      return replace(value, in: &bytes, &draws)
    }
    switch draws.index(below: 12) {
    case 0..<4: return replace(member.value, in: &bytes, &draws)
    case 4, 5: return replace(value, in: &bytes, &draws)
    case 6: return nudge(spans, in: &bytes, &draws)
    case 7:
      var end = member.whole.upperBound
      if end < bytes.count, bytes[end] == UInt8(ascii: ",") { end += 1 }
      let name = String(decoding: bytes[member.name], as: UTF8.self)
      bytes.removeSubrange(member.whole.lowerBound..<end)
      return "member \(name) removed"
    case 8: return double(member, in: &bytes, &draws)
    case 9:
      let name = draws.once(in: 2) ? Array(bytes[draws.pick(spans.members).name]) : Array(string(&draws).utf8)
      bytes.replaceSubrange(member.name, with: name)
      return "member renamed \(String(decoding: name.prefix(40), as: UTF8.self))"
    case 10:
      let other = Array(bytes[draws.pick(spans.values)])
      bytes.replaceSubrange(value, with: other)
      return "a value in the place of another at \(value.lowerBound)"
    default: return nest(value, in: &bytes, &draws)
    }
  }

  private static func replace(_ range: Range<Int>, in bytes: inout [UInt8], _ draws: inout Draws) -> String {
    let text = hostileValue(&draws)
    bytes.replaceSubrange(range, with: text.utf8)
    return "value at \(range.lowerBound) is \(text.prefix(40))"
  }

  /// Adds a little to a number.
  private static func nudge(_ spans: JSONSpans, in bytes: inout [UInt8], _ draws: inout Draws) -> String {
    let range = draws.pick(spans.values)
    guard let number = Int(String(decoding: bytes[range], as: UTF8.self)) else {
      return replace(range, in: &bytes, &draws)
    }
    let other = number &+ draws.pick([-1, 1, 2, -2, 4, -4, 8, 64, -64, 1 << 20, number])
    bytes.replaceSubrange(range, with: String(other).utf8)
    return "\(number) at \(range.lowerBound) is \(other)"
  }

  private static func double(_ member: JSONSpans.Member, in bytes: inout [UInt8], _ draws: inout Draws) -> String {
    let count = draws.once(in: 400) ? 20_000 : draws.once(in: 20) ? 300 : 1
    let value = Array(bytes[member.value])
    var copies: [UInt8] = []
    for number in 0..<count {
      // The first has the same name.
      copies += number == 0 ? Array(bytes[member.name]) : Array("\"n\(number)\"".utf8)
      copies += [UInt8(ascii: ":")] + (count > 300 ? value.prefix(200) : value[...]) + [UInt8(ascii: ",")]
    }
    bytes.insert(contentsOf: copies, at: member.whole.lowerBound)
    return "member doubled \(count) times"
  }

  private static func nest(_ range: Range<Int>, in bytes: inout [UInt8], _ draws: inout Draws) -> String {
    let depth = draws.pick([1, 2, 60, 64, 65, 200, draws.once(in: 100) ? 100_000 : 3])
    bytes.insert(contentsOf: [UInt8](repeating: UInt8(ascii: "]"), count: depth), at: range.upperBound)
    bytes.insert(contentsOf: [UInt8](repeating: UInt8(ascii: "["), count: depth), at: range.lowerBound)
    return "value at \(range.lowerBound) \(depth) levels down"
  }

  private static let numbers = [
    "0", "-0", "-1", "1", "2", "3", "7", "255", "256", "65536", "16777216", "16777217", "2147483647", "2147483648",
    "-2147483649", "4294967295", "4294967296", "9007199254740993", "1099511627776", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "1e308", "-1e308",
    "1e309", "1e-320", "1e-400", "0.5", "1.0", "8.0", "0.1", "1e3", "3.4028236e38", "NaN", "Infinity", "00", "1.",
  ]

  private static func hostileValue(_ draws: inout Draws) -> String {
    switch draws.index(below: 10) {
    case 0..<6: draws.pick(numbers)
    case 6: draws.pick(["null", "true", "false", "{}", "[]", "[null]", "[[]]", "{\"\":{}}", "\"\""])
    case 7: list(&draws)
    default: string(&draws)
    }
  }

  private static func list(_ draws: inout Draws) -> String {
    let count = draws.once(in: 300) ? 200_000 : draws.pick([2, 3, 17, 1000])
    let item = draws.once(in: 3) ? string(&draws) : draws.pick(numbers)
    let items = repeatElement(item.utf8.count > 100 ? "\"\"" : item, count: count)
    return "[" + items.joined(separator: ",") + "]"
  }

  private static func string(_ draws: inout Draws) -> String {
    let length = draws.once(in: 500) ? 1 << 20 : draws.pick([1, 2, 40, 300, 5000])
    let content = draws.pick([
      "x", "K", "\u{212A}", "\u{e9}", "e\u{301}", "\\u0000", "\\u001b[2J", "\u{202E}", "../", "/\u{301}",
      "\\ud83d\\ude00",
      "\\ud800", "\u{7F}", "<unk>", "float32", "F16", "BF16", "F64", "default", "model.safetensors",
    ])
    return "\"" + (draws.once(in: 2) ? content : String(repeating: content, count: length)) + "\""
  }
}
