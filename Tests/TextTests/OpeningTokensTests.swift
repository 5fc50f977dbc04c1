import Testing
import Text

@Suite("What a text without a prompt begins with")
struct OpeningTokensTests {
  private func opening(_ text: String) throws -> OpeningTokens? {
    let tokenizer = CharacterTokenizer(vocabularyOf: text)
    return OpeningTokens(of: try TokenIDs(encoding: text, by: tokenizer)[...], by: tokenizer)
  }

  @Test("is not needed where there are lines", arguments: ["ab\ncd\n", "\nabcd", "ab\r\ncd\r\n", "ab\rcd\r"])
  func lines(text: String) throws {
    #expect(try opening(text) == nil)
  }

  @Test("is how often each token occurs where all is one line, also one that ends", arguments: ["ACCA", "ACCA\n"])
  func oneLine(text: String) throws {
    let counts = try #require(try opening(text)).counts
    #expect(counts == (text.hasSuffix("\n") ? [0, 1, 2, 2] : [0, 2, 2]))
  }

  @Test("is needed where line breaks come more seldom than once in 10,000 tokens")
  func longLines() throws {
    #expect(try opening("\n" + String(repeating: "A", count: 9_999)) == nil)
    #expect(try opening("\n" + String(repeating: "A", count: 10_000))?.counts == [0, 1, 10_000])
  }

  @Test("has something in it")
  func empty() {
    #expect(OpeningTokens(counts: []) == nil)
    #expect(OpeningTokens(counts: [0, 0]) == nil)
    #expect(OpeningTokens(counts: [3, -1]) == nil)
  }
}
