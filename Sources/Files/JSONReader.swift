import Foundation

extension JSON {
  /// The one value that `bytes` spell, read strictly by RFC 8259.
  ///
  /// Refused beyond what the grammar refuses: a name twice in one object, half a surrogate pair, invalid
  /// UTF-8, numbers past the range of Double, more than 64 levels, more than 2¹⁸ values and more than 16 MiB of text in
  /// strings: the value takes at most 64 MiB besides `bytes`. An integer past the range of Int is read as a number.
  ///
  /// - Parameter source: What errors call the document, usually its path.
  /// - Throws: `FileError.malformed` with line, column and byte offset.
  package init(parsing bytes: [UInt8], from source: String) throws {
    var reader = JSONReader(bytes: bytes, source: source)
    self = try reader.document()
  }

  /// The one value that `text` spells, as `init(parsing:from:)` reads it.
  package init(parsing text: String, from source: String) throws {
    try self.init(parsing: Array(text.utf8), from: source)
  }
}

private struct JSONReader {
  static let decimalDigits = UInt8(ascii: "0")...UInt8(ascii: "9")
  static let maximumDepth = 64
  static let maximumValueCount = 1 << 18
  static let maximumTextByteCount = 16 << 20
  static let maximumNumberByteCount = 1024

  let bytes: [UInt8]
  let source: String
  private var position = 0
  private var valueCount = 0
  private var textByteCount = 0

  init(bytes: [UInt8], source: String) {
    self.bytes = bytes
    self.source = source
  }

  mutating func document() throws -> JSON {
    let value = try value(depth: 1)
    skipWhitespace()
    guard position == bytes.count else { throw failure("expected the end, found \(found)") }
    return value
  }

  private mutating func value(depth: Int) throws -> JSON {
    skipWhitespace()
    valueCount += 1
    guard valueCount <= Self.maximumValueCount else {
      throw failure("more than \(Self.maximumValueCount) values")
    }
    guard depth <= Self.maximumDepth else {
      throw failure("nested more than \(Self.maximumDepth) levels deep")
    }
    switch peek {
    case UInt8(ascii: "{"): return .object(try members(depth: depth))
    case UInt8(ascii: "["): return .array(try elements(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"): return try number()
    case let byte? where Self.decimalDigits.contains(byte): return try number()
    default:
      if take("true") { return .bool(true) }
      if take("false") { return .bool(false) }
      if take("null") { return .null }
      throw failure("expected a value, found \(found)")
    }
  }

  private mutating func members(depth: Int) throws -> [JSON.Member] {
    var members: [JSON.Member] = []
    var names = NameTable()
    try items(closedBy: "}") { reader in
      let start = reader.position
      guard reader.peek == UInt8(ascii: "\"") else {
        throw reader.failure("expected a name in quotes, found \(reader.found)")
      }
      let name = try reader.string()
      guard names.insert(name, after: members) else {
        throw reader.failure("the name \"\(printable(name, limit: 60))\" is there twice", at: start)
      }
      reader.skipWhitespace()
      guard reader.take(":") else { throw reader.failure("expected ':', found \(reader.found)") }
      members.append(JSON.Member(name: name, value: try reader.value(depth: depth + 1)))
    }
    return members
  }

  private mutating func elements(depth: Int) throws -> [JSON] {
    var elements: [JSON] = []
    try items(closedBy: "]") { elements.append(try $0.value(depth: depth + 1)) }
    return elements
  }

  /// Reads an opening bracket, items between commas and the closing bracket.
  private mutating func items(closedBy close: StaticString, _ readItem: (inout Self) throws -> Void) throws {
    position += 1
    skipWhitespace()
    if take(close) { return }
    while true {
      skipWhitespace()
      try readItem(&self)
      skipWhitespace()
      if take(close) { return }
      guard take(",") else { throw failure("expected ',' or '\(close)', found \(found)") }
    }
  }
}

// MARK: - Numbers and strings

extension JSONReader {
  private mutating func number() throws -> JSON {
    let start = position
    _ = take("-")
    if !take("0") { try digits() }
    let integerEnd = position
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    guard position - start <= Self.maximumNumberByteCount else {
      throw failure("a number of more than \(Self.maximumNumberByteCount) digits", at: start)
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if position == integerEnd, let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else {
      throw failure("a number past the range of a Double", at: start)
    }
    return .number(number)
  }

  private mutating func digits() throws {
    let start = position
    while let byte = peek, Self.decimalDigits.contains(byte) { position += 1 }
    guard position > start else { throw failure("expected a digit, found \(found)") }
  }

  private mutating func string() throws -> String {
    let start = position
    position += 1
    let contentStart = position
    while let byte = peek, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { position += 1 }
    if peek == UInt8(ascii: "\"") {
      position += 1
      return try text(bytes[contentStart..<(position - 1)], at: start)
    }
    return try stringWithEscapes(Array(bytes[contentStart..<min(position, contentStart + limitOfText)]), at: start)
  }

  /// The rest of a string that begins with `content`.
  private mutating func stringWithEscapes(_ content: [UInt8], at start: Int) throws -> String {
    var content = content
    while let byte = peek, content.count < limitOfText {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return try text(content[...], at: start)
      case UInt8(ascii: "\\"):
        if let scalar = UTF8.encode(try escape()) { content.append(contentsOf: scalar) }
      case 0..<0x20: throw failure("a control character in a string; write it as an escape", at: position - 1)
      default: content.append(byte)
      }
    }
    guard peek == nil else { return try text(content[...], at: start) }
    throw failure("the string that begins here has no end", at: start)
  }

  /// How much text may yet come, and a byte more.
  private var limitOfText: Int { Self.maximumTextByteCount - textByteCount + 1 }

  private mutating func text(_ content: ArraySlice<UInt8>, at start: Int) throws -> String {
    guard content.count < limitOfText else {
      throw failure("more than \(Self.maximumTextByteCount >> 20) MiB of text in strings", at: start)
    }
    textByteCount += content.count
    guard let string = String(validating: content, as: UTF8.self) else {
      throw failure("the string that begins here is not UTF-8", at: start)
    }
    return string
  }

  private mutating func escape() throws -> Unicode.Scalar {
    guard let byte = peek else { throw failure("expected an escape, found \(found)") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw failure("'\\' must be followed by one of \"\\/bfnrtu", at: position - 2)
    }
  }

  /// The scalar of `\uXXXX`, or of the surrogate pair `\uXXXX\uXXXX`, the first `\u` being read.
  private mutating func unicodeEscape() throws -> Unicode.Scalar {
    let start = position - 2
    let first = try fourHexDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    if first < 0xDC00, take("\\u") {
      let second = try fourHexDigits()
      if (0xDC00...0xDFFF).contains(second),
        let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
      {
        return scalar
      }
    }
    throw failure("half a surrogate pair", at: start)
  }

  private mutating func fourHexDigits() throws -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Self.hexadecimalDigit(byte) else {
        throw failure("expected four hexadecimal digits, found \(found)")
      }
      value = value << 4 | digit
      position += 1
    }
    return value
  }

  private static func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }
}

// MARK: - Bytes

extension JSONReader {
  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// What stands at the present position, for an error.
  private var found: String {
    guard let byte = peek else { return "the end" }
    return (0x21...0x7E).contains(byte) ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
  }

  private mutating func skipWhitespace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  /// Moves past `text` where it comes next.
  private mutating func take(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { text in
      guard bytes[position...].starts(with: text) else { return false }
      position += text.count
      return true
    }
  }

  private func failure(_ reason: String, at offset: Int? = nil) -> FileError {
    let offset = offset ?? position
    let before = bytes[..<offset]
    let line = 1 + before.count { $0 == UInt8(ascii: "\n") }
    // Continuation bytes are not counted, so that a column is a character.
    let column = 1 + before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count { $0 & 0xC0 != 0x80 }
    return .malformed(file: source, reason: "line \(line), column \(column) (byte \(offset)): \(reason)")
  }
}

// MARK: - Names

/// The names of an object that is being read, found by their bytes: places in its list of members, so that none is copied.
private struct NameTable {
  private var slots: [Int32] = []  // open addressing; -1 for none
  private static let fewest = 16  // members from which on a table is worth its making

  /// Whether `name` differs from those of `members`, after which it will be put.
  mutating func insert(_ name: String, after members: [JSON.Member]) -> Bool {
    guard members.count >= Self.fewest else { return !members.contains { $0.isNamed(name) } }
    if 2 * (members.count + 1) > slots.count {
      slots = Array(repeating: -1, count: max(4 * Self.fewest, 2 * slots.count))
      for (index, member) in members.enumerated() { slots[slot(of: member.name, members)] = Int32(index) }
    }
    let slot = slot(of: name, members)
    guard slots[slot] < 0 else { return false }
    slots[slot] = Int32(members.count)
    return true
  }

  /// Where `name` is, or the free place where it would be.
  private func slot(of name: String, _ members: [JSON.Member]) -> Int {
    var slot = ExactName(name).hashValue & (slots.count - 1)
    while slots[slot] >= 0, !members[Int(slots[slot])].isNamed(name) { slot = (slot + 1) & (slots.count - 1) }
    return slot
  }
}
