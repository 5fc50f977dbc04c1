import Files
import Foundation
import Testing
import Text

/// What is found in a file of these bytes, and what is said of it.
private func found(_ bytes: some Sequence<UInt8>) throws -> EncodingFault? {
  try withFile(bytes) { path in
    do {
      _ = try Corpus(path: path)
      return nil
    } catch TextError.notUTF8(let fault) {
      return fault
    }
  }
}

@Suite("The encoding of a corpus") struct EncodingTests {
  private static let text = "The fox said: “naïve”, déjà vu. Лиса и ворон. 狐と烏。\r\n"

  static let encodings: [(encoding: String.Encoding, mark: [UInt8], found: DetectedEncoding, name: String)] = [
    (.utf16LittleEndian, [], .utf16(.little, isMarked: false), "UTF-16LE"),
    (.utf16BigEndian, [], .utf16(.big, isMarked: false), "UTF-16BE"),
    (.utf16LittleEndian, [0xFF, 0xFE], .utf16(.little, isMarked: true), "UTF-16"),
    (.utf16BigEndian, [0xFE, 0xFF], .utf16(.big, isMarked: true), "UTF-16"),
    (.utf32LittleEndian, [], .utf32(.little, isMarked: false), "UTF-32LE"),
    (.utf32BigEndian, [], .utf32(.big, isMarked: false), "UTF-32BE"),
    (.utf32LittleEndian, [0xFF, 0xFE, 0, 0], .utf32(.little, isMarked: true), "UTF-32"),
    (.utf32BigEndian, [0, 0, 0xFE, 0xFF], .utf32(.big, isMarked: true), "UTF-32"),
  ]

  @Test(
    "UTF-16 and UTF-32 are told by their marks, else by where their NULs are, also where all is valid UTF-8",
    arguments: encodings.indices, [text, "plain ASCII, all of it\n", "e\u{301} \u{1F600}\u{10FFFF}ab", "狐と烏 1 2 3\n"])
  func wideEncodings(index: Int, text: String) throws {
    let (encoding, mark, expected, name) = Self.encodings[index]
    let data = try #require(String(repeating: text, count: 40).data(using: encoding))
    let fault = try #require(try found(mark + data))
    #expect(fault.encoding == expected)
    #expect(fault.description.contains(": iconv -f \(name) -t UTF-8 "))
  }

  @Test("a text with some NULs is a text", arguments: ["a\0", "ab\0cd\0\0\0\0ef\0", "field\0another one\0the third\0"])
  func someNULs(text: String) throws {
    #expect(try found(String(repeating: text + text.dropFirst(), count: 30).utf8) == nil)
  }

  @Test("UTF-8 that ends within a character is cut there, whatever is missing of it", arguments: 1...3)
  func cut(missing: Int) throws {
    let bytes = Array("An old 🦊".utf8.dropLast(missing))
    let fault = try #require(try found(bytes))
    #expect(fault.encoding == .cutUTF8)
    #expect(fault.place == .init(offset: 7, line: 1, byte: 0xF0))
    #expect(fault.description.contains("corpus.txt ends within a character, at byte 7: it was cut there"))
    #expect(fault.description.contains(": head -c 7 "))
  }

  @Test("UTF-8 with a damaged place is UTF-8, wherever the place is", arguments: [0, 1, 40, 4 << 20])
  func damaged(before: Int) throws {
    let whole = Array(String(repeating: "é", count: before).utf8)
    let fault = try #require(try found(whole + [0xC3, 0x41] + Array("naïve\n".utf8)))
    #expect(fault.encoding == .damagedUTF8(faults: 1, characters: before + 1))
    #expect(fault.place?.offset == 2 * before)
    #expect(fault.description.contains(": iconv -c -f UTF-8 -t UTF-8 "))
  }

  @Test("a damaged place is found as such also where little of the text is past ASCII")
  func damagedAmongASCII() throws {
    let plain = Array(String(repeating: "plain text, ", count: 9_000).utf8)
    let fault = try #require(try found(plain + Array("“".utf8) + plain + [0xE2, 0x80] + plain))
    #expect(fault.encoding == .damagedUTF8(faults: 1, characters: 1))
  }

  @Test("accents that stand alone look like Windows-1252, and that is said to be a guess")
  func western() throws {
    let line: [UInt8] =
      Array("un caf\u{E9}, na\u{EF}f \u{FC}ber ".unicodeScalars.map { UInt8($0.value) }) + [0x93, 0x61, 0x94]
    let fault = try #require(try found([[UInt8]](repeating: line, count: 20).joined()))
    #expect(fault.encoding == .western)
    #expect(fault.description.contains("which no byte can prove; try this, and see whether the accents are right"))
    // Also in a short text, at whose end they are.
    #expect(try found("un caf\u{E9} x".unicodeScalars.map { UInt8($0.value) })?.encoding == .western)
  }

  @Test(
    "what no byte tells is said to be unknown, and no encoding is advised",
    arguments: [
      [0x93, 0xFA, 0x96, 0x7B, 0x8C, 0xEA, 0x82, 0xCC, 0x83, 0x65, 0x83, 0x4C, 0x83, 0x58, 0x83, 0x67],  // Shift-JIS
      [0xD6, 0xD0, 0xCE, 0xC4, 0xCE, 0xC4, 0xB1, 0xBE, 0xA3, 0xAC],  // GB18030
      [0xEF, 0xF0, 0xE8, 0xE2, 0xE5, 0xF2, 0x20, 0xEC, 0xE8, 0xF0, 0x20],  // Windows-1251
    ] as [[UInt8]])
  func unknown(bytes: [UInt8]) throws {
    let fault = try #require(try found([[UInt8]](repeating: bytes, count: 30).joined()))
    #expect(fault.encoding == .other)
    #expect(fault.description.contains("cannot be told for sure"))
    #expect(fault.description.contains("iconv -f NAME -t UTF-8 "))
  }

  static let formats: [(bytes: [UInt8], said: String)] = [
    ([0x1F, 0x8B, 8, 0, 0, 0], "is compressed by gzip, not UTF-8 text; unpack it: gzip -dc "),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "unpack it: xz -dc "),
    (Array("BZh91AY&SY".utf8) + [0xFF], "unpack it: bzip2 -dc "),
    ([0x28, 0xB5, 0x2F, 0xFD], "unpack it: zstd -dc "),
    (Array("PK\u{3}\u{4}\u{14}\0\0\0\u{8}\0".utf8), "is a zip archive, not UTF-8 text; unpack it: unzip -p "),
    (Array("%PDF-1.7\n".utf8) + [0xE2, 0xE3], "is a PDF document, not UTF-8 text; take its text out"),
    ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "is a PNG picture"),
    (
      [UInt8](repeating: 0x61, count: 257) + Array("ustar\0".utf8),
      "is a tar archive, not UTF-8 text; unpack it: tar -xOf "
    ),
    ((0...255).map { $0 } + (0...255).map { 255 - $0 }, "it has many control characters and is no text"),
  ]

  @Test("files of other kinds are named, with what gets the text out of them", arguments: formats.indices)
  func format(index: Int) throws {
    let fault = try #require(try found(Self.formats[index].bytes))
    #expect(fault.description.contains(Self.formats[index].said), "\(fault)")
  }

  @Test("a file that begins like a document of another kind, and is text, is known by its name")
  func markup() {
    #expect(FileFormat.markup(of: "{\\rtf1") == "RTF")
    #expect(FileFormat.markup(of: "%PDF-") == "PDF")
    #expect(FileFormat.markup(of: "% PDF") == nil)
  }

  @Test("a command names a file that is not there, never the input, and quotes both for the shell")
  func commands() throws {
    try withFile([]) { path in
      let folder = (path as NSString).deletingLastPathComponent + "/"
      func output(_ name: String, _ bytes: [UInt8] = [0xFF, 0xFE, 0x61, 0]) throws -> String? {
        try Data(bytes).write(to: URL(filePath: folder + name))
        do {
          _ = try Corpus(path: folder + name)
          return nil
        } catch TextError.notUTF8(let fault) {
          #expect(fault.description.contains(" \(shellQuoted(folder + name)) > \(shellQuoted(fault.output ?? ""))"))
          return fault.output.map { String($0.dropFirst(folder.count)) }
        }
      }
      #expect(try output("utf8.txt") == "utf8-utf8.txt")
      #expect(try output("utf8-utf8.txt") == "utf8-utf8-utf8.txt")
      #expect(try output("utf8.txt") == "utf8-utf8-2.txt")
      #expect(try output("no suffix") == "no suffix-utf8.txt")
      #expect(try output(".hidden") == ".hidden-utf8.txt")
      #expect(try output("it's; $(a) b.txt") == "it's; $(a) b-utf8.txt")
      #expect(try output("b.txt.gz", [0x1F, 0x8B]) == "b.txt")
      _ = try output("b.txt")
      #expect(try output("b.txt.gz", [0x1F, 0x8B]) == "b-unpacked.txt")
    }
    #expect(shellQuoted("it's; $(a)") == #"'it'\''s; $(a)'"#)
    #expect(shellQuoted("a\u{1B}[2J'b") == #"$'a\033[2J\047b'"#)
  }

  @Test("of a pipe no file name is told")
  func pipe() throws {
    let pipe = Pipe()
    try pipe.fileHandleForWriting.write(contentsOf: Data([0xFF, 0xFE, 0x61, 0]))
    try pipe.fileHandleForWriting.close()
    let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
    let error = #expect(throws: TextError.self) { try Corpus(path: path) }
    #expect(error?.description.hasSuffix("convert it: iconv -f UTF-16 -t UTF-8 (before it comes here)") == true)
  }
}
