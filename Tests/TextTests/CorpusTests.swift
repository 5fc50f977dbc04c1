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
      let error = TextError.invalidUTF8(path: path, offset: offset, line: line, byte: bytes[offset])
      #expect(throws: error) { try Corpus(path: path) }
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
