import Testing
import Text

@Suite struct TextErrorTests {
  static let sentences: [(error: TextError, sentence: String)] = [
    (.noSuchFile(path: "a.txt"), "a.txt: no such file"),
    (.isDirectory(path: "data"), "data is a directory; give a text file"),
    (.unreadable(path: "a.txt", reason: "Permission denied"), "a.txt cannot be read: Permission denied"),
    (.empty(path: "a.txt"), "a.txt holds no text"),
    (
      .invalidUTF8(path: "a.txt", offset: 7, line: 2, byte: 0x0C),
      "a.txt, line 2: byte 7 of the file (0x0C) is not UTF-8; if it is a text, convert it, for example with: "
        + "iconv -f WINDOWS-1252 -t UTF-8 a.txt > utf8.txt"
    ),
    (
      .invalidUTF8(path: "a.txt", offset: 0, line: 1, byte: 0xFF),
      "a.txt, line 1: byte 0 of the file (0xFF) is not UTF-8; if it is UTF-16, convert it: "
        + "iconv -f UTF-16 -t UTF-8 a.txt > utf8.txt"
    ),
    (.duplicateInVocabulary("\n"), "the vocabulary holds U+000A twice"),
    (.validationFractionOutOfRange(1.5), "`val_fraction` is 1.5, but must be at least 0 and less than 1"),
    (
      .shorterThanBlock(.training, tokens: 1, blockSize: 64),
      "the training split holds 1 tokens, but one block of 64 and the token after it take more; "
        + "give a longer text"
    ),
    (
      .shorterThanBlock(.validation, tokens: 20, blockSize: 64),
      "the validation split holds 20 tokens, but one block of 64 and the token after it take more; "
        + "give a longer text, or use a `block_size` of 19 or less, or raise `val_fraction`"
    ),
    (
      .nothingToScore(tokens: 1),
      "the text holds 1 tokens, but scoring needs at least 2, as the first has nothing before it"
    ),
    (.strideOutOfRange(0, blockSize: 64), "`stride` is 0, but must be from 1 to the block size, 64"),
  ]

  @Test("errors name what, where and the way out", arguments: sentences.indices)
  func sentence(index: Int) {
    #expect(Self.sentences[index].error.description == Self.sentences[index].sentence)
  }
}
