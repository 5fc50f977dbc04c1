import Testing
import Text

@Suite struct TextErrorTests {
  static let sentences: [(error: TextError, sentence: String)] = [
    (.noSuchFile(path: "a.txt"), "a.txt: no such file"),
    (.isDirectory(path: "data"), "data is a directory; give a text file"),
    (.unreadable(path: "a.txt", reason: "Permission denied"), "a.txt cannot be read: Permission denied"),
    (.empty(path: "a.txt"), "a.txt holds no text"),
    (.interrupted(path: "a\u{1B}.txt"), #"interrupted while a\u{1B}.txt was read"#),
    (
      .notUTF8(EncodingFault(.western, path: "a.txt", place: .init(offset: 7, line: 2, byte: 0xE9), output: "b.txt")),
      "a.txt, line 2: byte 7 of the file (0xE9) is not UTF-8; it looks like Windows-1252 or ISO-8859-1, which no byte "
        + "can prove; try this, and see whether the accents are right: iconv -f WINDOWS-1252 -t UTF-8 a.txt > b.txt"
    ),
    (
      .notUTF8(EncodingFault(.utf16(.big, isMarked: false), path: "-a.txt", place: nil, output: "-b.txt")),
      "-a.txt is UTF-16, big-endian, without a byte-order mark, not UTF-8 text; "
        + "convert it: iconv -f UTF-16BE -t UTF-8 ./-a.txt > ./-b.txt"
    ),
    (.duplicateInVocabulary("\n"), "the vocabulary holds U+000A twice"),
    (.validationFractionOutOfRange(1.5), "`val_fraction` is 1.5, but must be at least 0 and less than 1"),
    (
      .shorterThanBlock(.training, tokens: 1, blockSize: 64),
      "the training split holds 1 token, but one block of 64 and the token after it take more; "
        + "give a longer text"
    ),
    (
      .shorterThanBlock(.validation, tokens: 20, blockSize: 64),
      "the validation split holds 20 tokens, but one block of 64 and the token after it take more; "
        + "give a longer text, or use a `block_size` of 19 or less, or raise `val_fraction`"
    ),
    (
      .nothingToScore(tokens: 1),
      "the text holds 1 token, but scoring needs at least 2, as the first has nothing before it"
    ),
    (.strideOutOfRange(0, blockSize: 64), "`stride` is 0, but must be from 1 to the block size, 64"),
  ]

  @Test("errors name what, where and the way out", arguments: sentences.indices)
  func sentence(index: Int) {
    #expect(Self.sentences[index].error.description == Self.sentences[index].sentence)
  }
}
