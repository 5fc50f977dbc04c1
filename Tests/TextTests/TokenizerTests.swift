import Testing
import Text

/// A token for each byte, and a special one that has none.
private struct Bytes: Tokenizer {
  let vocabularySize = 257
  let specialIDs: [Int32] = [256]
  let emptyPromptID: Int32? = 10

  func encode(_ text: String) -> [Int32] { text.utf8.map(Int32.init) }
  func bytes(of id: Int32) -> [UInt8] { UInt8(exactly: id).map { [$0] } ?? [] }
  func files(contextLength: Int) -> [TokenizerFile] { [] }
}

@Suite("A tokenizer")
struct TokenizerTests {
  /// Characters of one to four bytes.
  private static let text = "aé€\u{1F600}e\u{301}\r\n"

  @Test("encodes a corpus in as few bytes as its vocabulary needs, to the same ids")
  func corpus() throws {
    let ids = try TokenIDs(encoding: Self.text, by: Bytes())
    #expect(ids.elementsEqual(Bytes().encode(Self.text)))
    #expect(Bytes().decode(ids) == Self.text)
  }

  @Test("decodes a character when its last byte is there, and nothing before")
  func streaming() {
    var decoder = TokenDecoder(Bytes())
    let pieces = Self.text.utf8.map { decoder.append(Int32($0)) }
    #expect(pieces.filter { !$0.isEmpty }.map { Array($0.unicodeScalars) } == Self.text.unicodeScalars.map { [$0] })
    #expect(decoder.finish().isEmpty)
    #expect(decoder.append(256).isEmpty)
  }

  @Test(
    "streaming gives what decoding all at once gives, whatever the bytes",
    arguments: [
      [0xE2, 0x82], [0xE2, 0x41], [0x80, 0x41], [0xC0, 0x80], [0xF0, 0x9F, 0x98, 0xE2, 0x82, 0xAC], [0xFF, 0xFE],
      [0xED, 0xA0, 0x80], [0xE0, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [],
    ] as [[Int32]])
  func malformed(ids: [Int32]) {
    var decoder = TokenDecoder(Bytes())
    let streamed = ids.map { decoder.append($0) }.joined() + decoder.finish()
    #expect(Array(streamed.unicodeScalars) == Array(Bytes().decode(ids).unicodeScalars))
  }

  @Test("losses are told per token, per character and per byte")
  func extent() throws {
    let bytes = TextExtent(of: try TokenIDs(encoding: Self.text, by: Bytes())[...], by: Bytes())
    #expect((bytes.tokenCount, bytes.characterCount, bytes.byteCount) == (15, 8, 15))
    #expect(bytes.perCharacter(8) == 15 && bytes.perByte(8) == 8)
    let tokenizer = CharacterTokenizer(vocabularyOf: Self.text)
    let characters = TextExtent(of: try TokenIDs(encoding: Self.text, by: tokenizer)[...], by: tokenizer)
    #expect((characters.tokenCount, characters.characterCount, characters.byteCount) == (8, 8, 15))
    // To the last bit, as a loss of characters was always told.
    #expect(characters.perCharacter(0.1) == 0.1 && characters.perByte(15) == 8)
  }

  @Test("is found by its name, and the first is the standard one")
  func registry() throws {
    #expect(Tokenizers.names.first == "character")
    let named = try #require(try Tokenizers.named("character", corpus: "ab"))
    #expect(named.isEqual(to: try Tokenizers.standard(corpus: "ab")))
    #expect(try Tokenizers.named("no such", corpus: "ab") == nil)
  }
}
