/// Where the values and members of a JSON document are, as far as it can be followed.
struct JSONSpans {
  struct Member {
    var whole, name, value: Range<Int>
  }

  private(set) var values: [Range<Int>] = []
  private(set) var members: [Member] = []

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    _ = value(depth: 0)
  }

  private var byte: UInt8 { position < bytes.count ? bytes[position] : 0 }

  private mutating func skip(_ isSkipped: (UInt8) -> Bool) {
    while position < bytes.count, isSkipped(bytes[position]) { position += 1 }
  }

  private mutating func skipSpaces() { skip { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 } }

  /// Nil where the document can be followed no further.
  private mutating func value(depth: Int) -> Range<Int>? {
    skipSpaces()
    let start = position
    guard position < bytes.count, depth < 80 else { return nil }
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      let close = byte + 2
      position += 1
      skipSpaces()
      while byte != close {
        guard close == UInt8(ascii: "}") ? member(depth: depth) : value(depth: depth + 1) != nil else { return nil }
        skipSpaces()
        if byte == UInt8(ascii: ",") { position += 1 } else if byte != close { return nil }
        skipSpaces()
      }
      position += 1
    case UInt8(ascii: "\""): string()
    default: skip { !",]}".utf8.contains($0) && $0 > 0x20 }
    }
    guard position > start else { return nil }
    values.append(start..<position)
    return start..<position
  }

  private mutating func member(depth: Int) -> Bool {
    let start = position
    guard byte == UInt8(ascii: "\"") else { return false }
    string()
    let name = start..<position
    skipSpaces()
    guard byte == UInt8(ascii: ":") else { return false }
    position += 1
    guard let value = value(depth: depth + 1) else { return false }
    members.append(Member(whole: start..<value.upperBound, name: name, value: value))
    return true
  }

  private mutating func string() {
    position += 1
    while position < bytes.count, byte != UInt8(ascii: "\"") { position += byte == UInt8(ascii: "\\") ? 2 : 1 }
    position = min(position + 1, bytes.count)
  }
}
