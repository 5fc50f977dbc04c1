import Files
import Foundation
import Testing
import Text

@Suite struct CorpusTests {
  @Test(
    "a corpus is its file, scalar for scalar",
    arguments: [
      "a", "\0", "line\nline", "one\r\ntwo\r\n", "e\u{301} is not é", "👩‍👩‍👧 \u{10FFFF}", "a\u{FEFF}b",
    ])
  func textIsTheFile(text: String) throws {
    let corpus = try withFile(text.utf8) { try Corpus(path: $0) }
    #expect(corpus.text.utf8.elementsEqual(text.utf8))
    #expect(!corpus.droppedByteOrderMark)
  }

  /// Texts of many pieces, whose limits fall into characters of any length.
  static let long = ["é", "狐é", "🦊", "a🦊é狐", "The fox\r\n"].map {
    String(repeating: $0, count: 2_500_000 / $0.utf8.count)
  }

  @Test("a long text is its file, its hash the file's, and its numbers are the tokenizer's ids", arguments: long)
  func longText(text: String) throws {
    let corpus = try withFile(text.utf8) { try Corpus(path: $0) }
    try check(corpus, text)
    let inMemory = try Corpus(text)
    #expect(inMemory.sha256 == corpus.sha256 && inMemory.characters.elementsEqual(corpus.characters))
  }

  @Test(
    "any number of different characters is read and encoded as the text itself is",
    arguments: [1, 254, 255, 256, 257, 65_534, 65_535, 65_536, 70_000])
  func alphabets(count: Int) throws {
    var scalars = String.UnicodeScalarView()
    for index in (0..<count).reversed() {
      // Past the surrogates.
      if let scalar = Unicode.Scalar(UInt32(index < 0xD000 ? index + 1 : index + 0x1000)) { scalars.append(scalar) }
    }
    let text = String(scalars) + "\u{1}" + String(scalars)
    try check(Corpus(text), text)
  }

  private func check(_ corpus: Corpus, _ text: String) throws {
    #expect(corpus.text.utf8.elementsEqual(text.utf8))
    #expect(corpus.byteCount == text.utf8.count)
    var (text, hash) = (text, SHA256())
    text.withUTF8 { hash.update(UnsafeRawBufferPointer($0)) }
    #expect(corpus.sha256 == hash.hexadecimal)
    let tokenizer = CharacterTokenizer(vocabularyOf: text)
    #expect(CharacterTokenizer(vocabularyOf: corpus) == tokenizer)
    let ids = try TokenIDs(encoding: text, by: tokenizer)
    #expect(try TokenIDs(encoding: corpus, by: tokenizer).elementsEqual(ids))
    // A vocabulary that is not the corpus's own.
    let other = try CharacterTokenizer(scalars: tokenizer.scalars.reversed() + ["\u{10FFFD}"])
    #expect(try TokenIDs(encoding: corpus, by: other).elementsEqual(other.encode(text)))
  }

  @Test("a character that a vocabulary lacks is named by its first place")
  func unknownCharacter() throws {
    let tokenizer = CharacterTokenizer(vocabularyOf: "abc")
    let error = #expect(throws: TextError.self) { try TokenIDs(encoding: Corpus("abcabÉca!"), by: tokenizer) }
    guard case .unknownCharacter(let character) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(character.offset == 5 && character.scalar == "É")
  }

  #if os(Linux)
    @Test("a file of which the system says that it is empty is read to its end")
    func procedural() throws {
      #expect(try Corpus(path: "/proc/self/status").text.hasPrefix("Name:"))
    }
  #endif

  @Test("a file larger than memory is refused by its name before it is read")
  func memory() throws {
    try withFile([]) { path in
      let file = try #require(FileHandle(forWritingAtPath: path))
      // A hole, which takes no room on the disk.
      try file.truncate(atOffset: 1 << 42)
      let error = #expect(throws: MemoryError.self) { try Corpus(path: path) }
      #expect(error?.task == "reading \(path)")
    }
  }

  @Test("one huge line is read whole")
  func hugeLine() throws {
    let line = String(repeating: "x", count: 3_000_000)
    #expect(try withFile(line.utf8) { try Corpus(path: $0).text == line })
  }

  @Test("a byte-order mark is dropped, once, and said")
  func byteOrderMark() throws {
    let corpus = try withFile("\u{FEFF}\u{FEFF}text".utf8) { try Corpus(path: $0) }
    #expect(corpus.text.unicodeScalars.elementsEqual("\u{FEFF}text".unicodeScalars))
    #expect(corpus.droppedByteOrderMark)
  }

  @Test("a pipe is read to its end")
  func pipe() throws {
    let pipe = Pipe()
    try pipe.fileHandleForWriting.write(contentsOf: Data("from a pipe".utf8))
    try pipe.fileHandleForWriting.close()
    #expect(try Corpus(path: "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)").text == "from a pipe")
  }

  @Test("reading stops when it is asked to, also where a pipe has nothing to read", .timeLimit(.minutes(1)))
  func interrupted() throws {
    try withFile("text".utf8) { path in
      #expect(throws: TextError.interrupted(path: path)) { try Corpus(path: path, shouldStop: { true }) }
      let fifo = path + ".fifo"
      try #require(mkfifo(fifo, 0o600) == 0)
      for isOpenForWriting in [false, true] {
        // Without a writer yet, and with one that writes nothing.
        let writer = isOpenForWriting ? open(fifo, O_RDWR) : -1
        defer { if writer >= 0 { close(writer) } }
        var questions = 0
        #expect(throws: TextError.interrupted(path: fifo)) {
          try Corpus(path: fifo) {
            questions += 1
            return questions > 3
          }
        }
      }
    }
  }

  static let invalid: [(bytes: [UInt8], offset: Int, line: Int)] = [
    ([0xFF, 0x61], 0, 1),  // at the start
    ([0x61, 0x80, 0x62], 1, 1),  // a continuation alone
    ([0x61, 0x0A, 0x0A, 0x62, 0xE9, 0x62], 4, 3),  // Latin-1
    ([0x61, 0x0D, 0x0A, 0xC3], 3, 2),  // cut short at the end
    ([0x61, 0xE2, 0x82, 0x62], 1, 1),
    ([0xE2, 0x82, 0xAC, 0xF0, 0x9F, 0x98], 3, 1),
    ([0x61, 0xC0, 0x80], 1, 1),  // overlong
    ([0xE0, 0x80, 0x80], 0, 1),
    ([0xF0, 0x80, 0x80, 0x80], 0, 1),
    ([0x61, 0xED, 0xA0, 0x80], 1, 1),  // a surrogate
    ([0xF4, 0x90, 0x80, 0x80], 0, 1),  // past U+10FFFF
    ([0xEF, 0xBB, 0xBF, 0x61, 0xFE], 4, 1),  // the byte-order mark counts
    ([UInt8](repeating: 0x0A, count: 2_500_000) + [0xC3, 0x28], 2_500_000, 2_500_001),
  ]

  @Test("bytes that are not UTF-8 are named by offset and line", arguments: invalid.indices)
  func invalidUTF8(index: Int) throws {
    let (bytes, offset, line) = Self.invalid[index]
    try withFile(bytes) { path in
      let error = #expect(throws: TextError.self) { try Corpus(path: path) }
      guard case .notUTF8(let fault) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(fault.path == path)
      #expect(fault.place == .init(offset: offset, line: line, byte: bytes[offset]))
    }
  }

  @Test("a file without text is refused", arguments: ["", "\u{FEFF}"])
  func empty(text: String) throws {
    try withFile(text.utf8) { path in
      #expect(throws: TextError.empty(path: path)) { try Corpus(path: path) }
    }
  }

  @Test("missing files and directories are told apart")
  func missing() throws {
    try withFile("a".utf8) { path in
      let directory = (path as NSString).deletingLastPathComponent
      #expect(throws: TextError.isDirectory(path: directory)) { try Corpus(path: directory) }
      for missing in ["", path + "x", path + "/below-a-file"] {
        #expect(throws: TextError.noSuchFile(path: missing)) { try Corpus(path: missing) }
      }
    }
  }

  @Test("a path that the system refuses is unreadable, and says why")
  func unreadable() {
    let path = String(repeating: "x", count: 5000)
    let reason = String(cString: strerror(ENAMETOOLONG))
    #expect(throws: TextError.unreadable(path: path, reason: reason)) { try Corpus(path: path) }
  }

  @Test("a file without permission is unreadable", .enabled(if: geteuid() != 0))
  func forbidden() throws {
    try withFile("a".utf8) { path in
      try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
      let reason = String(cString: strerror(EACCES))
      #expect(throws: TextError.unreadable(path: path, reason: reason)) { try Corpus(path: path) }
    }
  }
}
