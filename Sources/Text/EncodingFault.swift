import Files

/// A file that is no UTF-8 text: what it is, where that shows, and the command that makes one of it.
public struct EncodingFault: Sendable, Equatable {
  /// The first bytes that are no UTF-8.
  public struct Place: Sendable, Equatable {
    /// Counts bytes from 0, and lines from 1.
    public let offset, line: Int
    /// The first of them.
    public let byte: UInt8

    /// A place in a file.
    public init(offset: Int, line: Int, byte: UInt8) {
      (self.offset, self.line, self.byte) = (offset, line, byte)
    }
  }

  /// Where the file is.
  public let path: String
  /// What it is.
  public let encoding: DetectedEncoding
  /// Nil where all of it could be read as UTF-8.
  public let place: Place?
  /// Where a command is to write the text; nil where the input is no file that it could read.
  public let output: String?

  /// What is wrong with the file at `path`; `output` is a name that nothing has.
  init(_ encoding: DetectedEncoding, _ path: String, isRegular: Bool, _ place: Place? = nil) {
    self.init(encoding, path: path, place: place, output: isRegular ? Self.freeName(beside: path, encoding) : nil)
  }

  /// A fault with all that is known of it.
  public init(_ encoding: DetectedEncoding, path: String, place: Place?, output: String?) {
    (self.path, self.encoding, self.place, self.output) = (path, encoding, place, output)
  }

  private static func freeName(beside path: String, _ encoding: DetectedEncoding) -> String {
    if case .format(let format) = encoding, !format.suffix.isEmpty, path.hasSuffix(format.suffix) {
      return AdvisedCommand.freeName(beside: path, marks: ["", "-unpacked"], without: format.suffix)
    }
    return AdvisedCommand.freeName(beside: path, marks: ["-utf8"])
  }
}

// MARK: - What is said

extension EncodingFault: CustomStringConvertible {
  /// What the file is, by what that shows, and the way out.
  public var description: String {
    let file = printable(path)
    guard let place else { return "\(file) is \(name), not UTF-8 text; \(advice)" }
    let fault =
      "\(file), line \(place.line): byte \(place.offset) of the file (\(hexadecimal(place.byte))) is not UTF-8"
    switch encoding {
    case .cutUTF8:
      return "\(file) ends within a character, at byte \(place.offset): it was cut there; \(advice)"
    case .damagedUTF8(_, let characters):
      return "\(fault), while \(characters) other characters past ASCII near it are: it is damaged there; \(advice)"
    case .western, .other, .binary: return "\(fault); \(name); \(advice)"
    case .utf16, .utf32, .format: return "\(file) is \(name), not UTF-8 text; \(advice)"
    }
  }

  private var name: String {
    switch encoding {
    case .utf16(let order, let isMarked), .utf32(let order, let isMarked):
      (isUTF32 ? "UTF-32" : "UTF-16") + (order == .little ? ", little-endian" : ", big-endian")
        + (isMarked ? "" : ", without a byte-order mark")
    case .format(let format): format.description
    case .western: "it looks like Windows-1252 or ISO-8859-1, which no byte can prove"
    case .other: "which encoding it has cannot be told for sure (Shift-JIS, GB18030, Big5, Windows-1251 and others)"
    case .binary: "it has many control characters and is no text, or in an encoding that is not known here"
    case .cutUTF8, .damagedUTF8: "UTF-8"
    }
  }

  private var isUTF32: Bool {
    if case .utf32 = encoding { true } else { false }
  }

  private var advice: String {
    switch encoding {
    case .cutUTF8:
      "get the whole file, or leave the unfinished character out: " + command("head", "-c", "\(place?.offset ?? 0)")
    case .damagedUTF8:
      "get a good copy, or leave out the bytes that are none: " + command("iconv", "-c", "-f", "UTF-8", "-t", "UTF-8")
    case .utf16(let order, let isMarked): "convert it: " + conversion("UTF-16" + (isMarked ? "" : order.rawValue))
    case .utf32(let order, let isMarked): "convert it: " + conversion("UTF-32" + (isMarked ? "" : order.rawValue))
    case .western: "try this, and see whether the accents are right: " + conversion("WINDOWS-1252")
    case .other: "find out which, and convert it with the encoding's name for NAME: " + conversion("NAME")
    case .binary: "give a text"
    case .format(let format):
      [format.extraction.map { "unpack it: " + command($0) }, format.hint].compactMap(\.self).joined(separator: "; ")
    }
  }

  private func conversion(_ encoding: String) -> String { command("iconv", "-f", encoding, "-t", "UTF-8") }

  private func command(_ words: String...) -> String { command(words) }

  /// The command line that reads the file and writes the text to where nothing is; for a pipe, what to put before it.
  private func command(_ words: [String]) -> String {
    let program = words.joined(separator: " ")
    guard let output else { return "\(program) (before it comes here)" }
    return "\(program) \(AdvisedCommand.argument(path)) > \(AdvisedCommand.argument(output))"
  }
}

private func hexadecimal(_ byte: UInt8) -> String {
  "0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
}
