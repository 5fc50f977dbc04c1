import Testing
import Text

@Suite struct CharacterTokenizerTests {
  @Test("ids follow the scalars' values, from 1, and 0 is <unk>")
  func vocabulary() throws {
    let tokenizer = CharacterTokenizer(vocabularyOf: "cab\nbac")
    #expect(tokenizer.scalars == ["\n", "a", "b", "c"])
    #expect(tokenizer.vocabularySize == 5)
    #expect(try tokenizer.encode("cab\n") == [4, 2, 3, 1])
    #expect(tokenizer.id(of: "a") == 2)
    #expect(tokenizer.id(of: "z") == nil)
    #expect(tokenizer.id(of: "\u{10FFFF}") == nil)
  }

  @Test(
    "encoding and decoding give every scalar back",
    arguments: [
      "", "\0", "one\r\ntwo\n\rthree\r", "e\u{301}é", "👩‍👩‍👧🇩🇪\u{FE0F}", "\u{FEFF}\u{FFFD}\u{10FFFF}",
      "aaaaaaaa",
    ])
  func roundTrip(text: String) throws {
    let tokenizer = CharacterTokenizer(vocabularyOf: text)
    let ids = try tokenizer.encode(text)
    #expect(ids.count == text.unicodeScalars.count)
    #expect(tokenizer.decode(ids).unicodeScalars.elementsEqual(text.unicodeScalars))
    #expect(try TokenIDs(encoding: text, by: tokenizer).elementsEqual(ids))
  }

  @Test("a stored vocabulary keeps its order, and is refused where a scalar occurs twice")
  func storedVocabulary() throws {
    let tokenizer = try CharacterTokenizer(scalars: ["b", "a", "\u{1F600}"])
    #expect(try tokenizer.encode("ab\u{1F600}") == [2, 1, 3])
    #expect(tokenizer != CharacterTokenizer(vocabularyOf: "ab\u{1F600}"))
    #expect(throws: TextError.duplicateInVocabulary("b")) { try CharacterTokenizer(scalars: ["b", "a", "b"]) }
    // Canonically equivalent, yet two scalars.
    #expect(try CharacterTokenizer(scalars: ["\u{212B}", "\u{C5}"]).vocabularySize == 3)
  }

  @Test("what a text has besides comes after a vocabulary's own")
  func covering() throws {
    let tokenizer = try CharacterTokenizer(scalars: ["b", "a"])
    let extended = try tokenizer.covering(Corpus("cab\n"))
    #expect(extended as? CharacterTokenizer == (try CharacterTokenizer(scalars: ["b", "a", "\n", "c"])))
    #expect(try tokenizer.covering(Corpus("ab")) as? CharacterTokenizer == tokenizer)
  }

  @Test("an empty vocabulary has <unk> alone")
  func emptyVocabulary() throws {
    let tokenizer = try CharacterTokenizer(scalars: [])
    #expect(tokenizer.vocabularySize == 1)
    #expect(tokenizer.encodeReplacingUnknown("ab") == [0, 0])
    #expect(tokenizer.decode([0]) == "\u{FFFD}")
  }

  @Test("unknown scalars become <unk> where that is asked for")
  func replacing() throws {
    let tokenizer = CharacterTokenizer(vocabularyOf: "ab")
    #expect(tokenizer.encodeReplacingUnknown("aébz") == [1, 0, 2, 0])
  }

  @Test(
    "ids without a scalar decode to the replacement character", arguments: [0, -1, 3, .min, .max] as [Int32])
  func undecodable(id: Int32) {
    #expect(CharacterTokenizer(vocabularyOf: "ab").decode([1, id, 2]) == "a\u{FFFD}b")
  }

  static let near: [(unknown: Unicode.Scalar, vocabulary: String, suggestions: [Unicode.Scalar])] = [
    ("A", "abc", ["a"]), ("a", "ABC", ["A"]), ("É", "eéE", ["é", "E", "e"]), ("é", "e", ["e"]),
    ("\u{2019}", "'", ["'"]), ("\u{201C}", "\"'", ["\""]), ("\u{2014}", "-", ["-"]), ("…", ".", ["."]),
    ("\u{A0}", " \n", [" "]), ("\t", " \n", [" "]), ("Ａ", "aA", ["A", "a"]), ("ß", "sS", []),
    ("👍", "abc", []),
  ]

  @Test("an unknown scalar is named with its offset and what is near it", arguments: near.indices)
  func unknownCharacter(index: Int) throws {
    let (unknown, vocabulary, suggestions) = Self.near[index]
    let tokenizer = CharacterTokenizer(vocabularyOf: vocabulary + "\r\nx")
    // Three scalars, two `Character`s.
    let text = "x\r\n\(unknown)\(unknown)"
    let encodings: [() throws -> Void] = [
      { _ = try tokenizer.encode(text) }, { _ = try TokenIDs(encoding: text, by: tokenizer) },
    ]
    for encode in encodings {
      let error = #expect(throws: TextError.self) { try encode() }
      guard case .unknownCharacter(let character) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(character.offset == 3)
      #expect(character.scalar == unknown)
      #expect(character.suggestions == suggestions)
    }
  }

  @Test("the sentence about an unknown scalar shows it, or its code point where it cannot be seen")
  func unknownCharacterSentence() {
    let tokenizer = CharacterTokenizer(vocabularyOf: "eéx")
    let visible = #expect(throws: TextError.self) { try tokenizer.encode("xÉ") }
    #expect(
      visible?.description
        == "character 2 of the text, \"É\" (U+00C9), is not in the vocabulary; "
        + "near it: \"é\" (U+00E9) or \"e\" (U+0065)")
    let quote = #expect(throws: TextError.self) { try tokenizer.encode("\"") }
    #expect(quote?.description == #"character 1 of the text, '"' (U+0022), is not in the vocabulary"#)
    let invisible = #expect(throws: TextError.self) { try tokenizer.encode("\u{200D}") }
    #expect(invisible?.description == "character 1 of the text, U+200D, is not in the vocabulary")
  }
}
