/// What bytes that are no UTF-8 text are, as far as they themselves show it.
public enum DetectedEncoding: Sendable, Equatable {
  /// UTF-8 that ends within a character.
  case cutUTF8
  /// UTF-8, of which some bytes in the middle are none: so many of a sample, beside so many characters of several bytes.
  case damagedUTF8(faults: Int, characters: Int)
  /// With or without a byte-order mark.
  case utf16(ByteOrder, isMarked: Bool)
  /// With or without a byte-order mark.
  case utf32(ByteOrder, isMarked: Bool)
  /// A byte a character, ASCII's but for a few that stand between such: a Western encoding, probably.
  case western
  /// Another encoding, or several: nothing shows which.
  case other
  /// A kind of file that is no plain text.
  case format(FileFormat)
  /// Nothing that is known, and no text: many bytes are control characters.
  case binary

  /// The order of the bytes within a number.
  public enum ByteOrder: String, Sendable { case little = "LE", big = "BE" }

  /// So many bytes tell.
  static let sampleLength = 1 << 16
}

extension DetectedEncoding {
  /// What a file is of which `head` are the first bytes and `rest` those from the first on that is no UTF-8.
  ///
  /// - Parameters:
  ///   - isEnd: whether the file ends with `rest`.
  ///   - multibyteBefore: how many characters of several bytes stand before `rest`.
  init(head: [UInt8], rest: [UInt8], isEnd: Bool, multibyteBefore: Int) {
    if let found = FileFormat(of: head).map(Self.format) ?? Self.marked(head) ?? Self.unmarked(head, isUTF8: false) {
      self = found
      return
    }
    let (characters, faults, isCut) = Self.tally(rest)
    let multibyte = multibyteBefore + characters
    if faults == 0, isCut, isEnd {
      self = .cutUTF8
    } else if multibyte > 0, multibyte >= faults {
      self = .damagedUTF8(faults: max(faults, 1), characters: multibyte)
    } else if Self.isBinary(head) || Self.isBinary(rest) {
      self = .binary
    } else {
      self = multibyte == 0 && Self.isWestern(rest, of: max(head.count, rest.count)) ? .western : .other
    }
  }

  /// What a file that is valid UTF-8 and has NULs is none the less; nil where that is what it is.
  init?(ofTextWithNULs head: [UInt8]) {
    guard let found = FileFormat(of: head).map(Self.format) ?? Self.unmarked(head, isUTF8: true) else { return nil }
    self = found
  }
}

// MARK: - Evidence

extension DetectedEncoding {
  /// By a byte-order mark.
  private static func marked(_ head: [UInt8]) -> DetectedEncoding? {
    if head.starts(with: [0xFF, 0xFE, 0, 0]) { return .utf32(.little, isMarked: true) }
    if head.starts(with: [0, 0, 0xFE, 0xFF]) { return .utf32(.big, isMarked: true) }
    if head.starts(with: [0xFF, 0xFE]) { return .utf16(.little, isMarked: true) }
    if head.starts(with: [0xFE, 0xFF]) { return .utf16(.big, isMarked: true) }
    return nil
  }

  /// By where NULs stand: at every second or fourth byte, where the high bytes of ASCII's characters are.
  private static func unmarked(_ head: [UInt8], isUTF8: Bool) -> DetectedEncoding? {
    var zeros = [0, 0, 0, 0]
    for (index, byte) in head.enumerated() where byte == 0 { zeros[index % 4] += 1 }
    let quads = head.count / 4
    guard zeros.reduce(0, +) >= 4 else { return nil }
    if quads >= 2 {
      let fours = (0..<quads).map { head[4 * $0..<4 * $0 + 4] }
      if fours.allSatisfy({ $0[$0.startIndex] == 0 && $0[$0.startIndex + 1] <= 0x10 }) {
        return .utf32(.big, isMarked: false)
      }
      if fours.allSatisfy({ $0[$0.startIndex + 3] == 0 && $0[$0.startIndex + 2] <= 0x10 }) {
        return .utf32(.little, isMarked: false)
      }
    }
    let (even, odd) = (zeros[0] + zeros[2], zeros[1] + zeros[3])
    let order = odd > even ? ByteOrder.little : .big
    // What is UTF-8 too must speak for itself: most characters have a NUL, and all of them at the same side.
    let isEvident =
      isUTF8
      ? 5 * max(even, odd) >= head.count && 20 * min(even, odd) <= max(even, odd)
      : 200 * max(even, odd) >= head.count && 4 * min(even, odd) <= max(even, odd)
    return isEvident && isUTF16(head, order) ? .utf16(order, isMarked: false) : nil
  }

  /// Whether all of `bytes` are UTF-16: surrogates in pairs, no U+0000 and no noncharacter.
  private static func isUTF16(_ bytes: [UInt8], _ order: ByteOrder) -> Bool {
    let units = (0..<bytes.count / 2).lazy.map { index in
      let (first, second) = (UInt16(bytes[2 * index]), UInt16(bytes[2 * index + 1]))
      return order == .little ? second << 8 | first : first << 8 | second
    }
    var expectsLow = false
    for unit in units {
      guard UTF16.isTrailSurrogate(unit) == expectsLow, unit != 0, unit < 0xFFFE else { return false }
      expectsLow = UTF16.isLeadSurrogate(unit)
    }
    return true
  }

  /// How many characters of several bytes are in `bytes`, how many places are no UTF-8 (the beginning of a character
  /// counts as one), and whether the end is the beginning of a character.
  private static func tally(_ bytes: [UInt8]) -> (characters: Int, faults: Int, isCut: Bool) {
    bytes.withUnsafeBufferPointer { bytes in
      var (characters, faults, index) = (0, 0, 0)
      while index < bytes.count {
        switch UTF8Sequence(in: bytes, at: index) {
        case .scalar(_, let length):
          characters += length > 1 ? 1 : 0
          index += length
        case .illFormed:
          faults += 1
          let most = min(index + (bytes[index] >= 0xC2 ? 3 : 1), bytes.count)
          index = (index + 1..<most).first { !UTF8.isContinuation(bytes[$0]) } ?? most
        case .unfinished: return (characters, faults, true)
        }
      }
      return (characters, faults, false)
    }
  }

  /// Whether the bytes past ASCII stand alone, as letters with accents and typographic quotes do between others, and are
  /// few of the bytes of which these are the last.
  private static func isWestern(_ bytes: [UInt8], of byteCount: Int) -> Bool {
    let high = bytes.indices.filter { bytes[$0] >= 0x80 }
    let alone = high.count { index in
      (index == 0 || bytes[index - 1] < 0x80) && (index + 1 == bytes.count || bytes[index + 1] < 0x80)
    }
    let hasUndefined = high.contains { [0x81, 0x8D, 0x8F, 0x90, 0x9D].contains(bytes[$0]) }  // in Windows-1252
    return !hasUndefined && 5 * alone >= 4 * high.count && 4 * high.count <= byteCount
  }

  /// Whether more than one byte in fifty is a control character that texts have no use for.
  private static func isBinary(_ bytes: [UInt8]) -> Bool {
    50 * bytes.count { $0 < 0x20 && !(0x09...0x0D).contains($0) && $0 != 0x1B || $0 == 0x7F } > bytes.count
  }
}
