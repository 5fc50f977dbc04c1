import Files

/// The text of a file, known to be UTF-8, as numbers: each character (Unicode scalar) by its place in the alphabet.
///
/// So it takes a byte for each character where there are up to 255 different ones, else two or four.
public struct Corpus: Sendable {
  /// The characters that occur, in ascending order.
  public let alphabet: [Unicode.Scalar]

  /// The text without its byte-order mark, otherwise scalar for scalar: a character's number is its place in
  /// `alphabet`, counted from 1.
  public let characters: TokenIDs

  /// The length of the text in UTF-8.
  public let byteCount: Int

  /// Whether the file began with a byte-order mark, which is no part of the text.
  public let droppedByteOrderMark: Bool

  /// The hash of the text in UTF-8.
  package let sha256: String

  /// Reads the file at `path`, whole. Up to 255 different characters, the peak in memory is a byte for each.
  ///
  /// - Parameter shouldStop: asked before each piece is read, and ten times a second while a pipe has nothing to read.
  /// - Throws: `TextError` if there is no such file, or it is a directory, unreadable, empty or not UTF-8;
  ///   `TextError.interrupted` where `shouldStop` says so; `MemoryError` if it is larger than memory.
  public init(path: String, shouldStop: () -> Bool = { false }) throws {
    let reader = try CorpusReader(path: path, shouldStop)
    if reader.scan.byteCount == 0 { throw TextError.empty(path: path) }
    self.init(reader.scan, sha256: reader.hash, droppedByteOrderMark: reader.droppedByteOrderMark)
  }

  /// The corpus of a text that is in memory.
  ///
  /// - Throws: `MemoryError` where there is no room for its numbers.
  public init(_ text: String) throws(MemoryError) {
    var text = text
    var scan = try CharacterScan(expecting: text.utf8.count, for: "a text of \(text.utf8.count) bytes")
    var hash = SHA256()
    try text.withUTF8 { bytes in
      hash.update(UnsafeRawBufferPointer(bytes))
      return Result { () throws(MemoryError) in _ = try scan.append(bytes) }
    }.get()
    scan.sortNumbers()
    self.init(scan, sha256: hash, droppedByteOrderMark: false)
  }

  private init(_ scan: CharacterScan, sha256: SHA256, droppedByteOrderMark: Bool) {
    alphabet = scan.alphabet
    characters = scan.characters
    byteCount = scan.byteCount
    self.sha256 = sha256.hexadecimal
    self.droppedByteOrderMark = droppedByteOrderMark
  }

  /// The control characters in it that are no line ends or tabs.
  package var controlCharacters: [Unicode.Scalar] {
    alphabet.filter { $0.properties.generalCategory == .control && !"\t\n\r".unicodeScalars.contains($0) }
  }

  /// The text itself, which is put together anew each time.
  public var text: String { text(of: characters.indices) }

  /// The text of some of its characters.
  public func text(of range: Range<Int>) -> String {
    let encoded = [[]] + alphabet.map { Array(String($0).utf8) }
    let count = characters[range].reduce(0) { $0 + encoded[Int($1)].count }
    return String(unsafeUninitializedCapacity: count) { buffer in
      var end = 0
      for number in characters[range] {
        for byte in encoded[Int(number)] {
          buffer[end] = byte
          end += 1
        }
      }
      return end
    }
  }
}
