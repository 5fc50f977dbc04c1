import Files
import Testing
import Text

@Suite struct CharacterTokenizerFilesTests {
  private func document(_ text: String) throws -> JSONField {
    JSONField(try JSON(parsing: text, from: "tokenizer.json"), in: "tokenizer.json")
  }

  /// The document of a tokenizer with the given vocabulary.
  private func document(vocabulary: JSON) -> JSONField {
    var document = CharacterTokenizer(vocabularyOf: "abc").json
    document["model"]?["vocab"] = vocabulary
    return JSONField(document, in: "tokenizer.json")
  }

  @Test("the files are those that transformers was seen to read, with nothing in them that a text can match")
  func layout() throws {
    let tokenizer = CharacterTokenizer(vocabularyOf: "cab \n")
    #expect(
      tokenizer.json.compact
        == #"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,"#
        + #""pre_tokenizer":{"type":"Split","pattern":{"Regex":"[\\s\\S]"},"#
        + #""behavior":"Isolated","invert":false},"post_processor":null,"decoder":{"type":"Fuse"},"#
        + #""model":{"type":"WordLevel","unk_token":"<unk>","#
        + #""vocab":{"<unk>":0,"\n":1," ":2,"a":3,"b":4,"c":5}}}"#)
    #expect(
      try JSON(parsing: tokenizer.files(contextLength: 8)[1].text, from: "config").compact
        == #"{"tokenizer_class":"PreTrainedTokenizerFast","unk_token":"<unk>","split_special_tokens":true,"#
        + #""clean_up_tokenization_spaces":false,"model_input_names":["input_ids","attention_mask"],"#
        + #""model_max_length":8}"#)
  }

  @Test("a file that has <unk> as an added token, as transformers stores it, is the same tokenizer")
  func addedToken() throws {
    let tokenizer = CharacterTokenizer(vocabularyOf: "<unk> of a text")
    func document(_ added: String) throws -> JSONField {
      let old = tokenizer.json.compact.replacing(#""added_tokens":[]"#, with: #""added_tokens":[\#(added)]"#)
      return try self.document(old)
    }
    let flags = #""single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true"#
    let read = try CharacterTokenizer(from: document(#"{"id":0,"content":"<unk>",\#(flags)}"#))
    #expect(read == tokenizer && read.isEqual(to: tokenizer))
    #expect(try read.encode("<unk>").count == 5)
    for other in [#"{"id":1,"content":"<unk>",\#(flags)}"#, #"{"id":0,"content":"<s>",\#(flags)}"#] {
      #expect(throws: FileError.self) { try CharacterTokenizer(from: document(other)) }
    }
  }

  @Test(
    "a vocabulary comes back scalar by scalar",
    arguments: [
      "a", "\r\n\t\0\u{1b}\u{7f}", "e\u{301}é", "\u{212b}\u{c5}A\u{30a}",
      "\u{1f600}\u{10ffff}\u{feff}\u{2028}\"\\/",
    ])
  func roundTrip(text: String) throws {
    let tokenizer = CharacterTokenizer(vocabularyOf: text)
    let read = try CharacterTokenizer(from: document(tokenizer.json.pretty))
    #expect(read == tokenizer)
    #expect(Array(read.decode(try read.encode(text)).unicodeScalars) == Array(text.unicodeScalars))
  }

  @Test("ids may be listed in any order") func anyOrder() throws {
    let read = try CharacterTokenizer(from: document(vocabulary: ["b": 1, "<unk>": 0, "a": 2]))
    #expect(read.scalars == ["b", "a"])
  }

  @Test(
    "a vocabulary with a hole, a repeated id, a long token or no <unk> is refused",
    arguments: [
      ["<unk>": 0, "a": 2], ["<unk>": 0, "a": 1, "b": 1], ["<unk>": 0, "ab": 1], ["<unk>": 0, "": 1],
      ["<unk>": 1, "a": 0],
      ["a": 0, "b": 1], ["a": 1, "b": 2], ["<unk>": 0], [:], [], ["<unk>": 0, "a": -1],
      ["<unk>": 0, "a": 1.0],
      ["<unk>": 0, "a": .integer(.max)], ["<unk>": 0, "\r\n": 1], ["<unk>": 0, "e\u{301}": 1],
    ] as [JSON])
  func refusesVocabulary(vocabulary: JSON) {
    #expect(throws: FileError.self) {
      try CharacterTokenizer(from: document(vocabulary: vocabulary))
    }
  }

  @Test(
    "another kind of tokenizer is refused by field",
    arguments: [
      "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "truncation", "padding",
    ])
  func refusesOtherKinds(name: String) throws {
    var document = CharacterTokenizer(vocabularyOf: "abc").json
    document[name] = ["type": "Other"]
    let error = try #require(throws: FileError.self) {
      _ = try CharacterTokenizer(from: JSONField(document, in: "tokenizer.json"))
    }
    #expect(error.description.hasPrefix(#"tokenizer.json: \#(name) is {"type":"Other"}; supported: "#))
  }

  @Test("the files are written by their names, and a document finds its tokenizer") func registered() throws {
    let tokenizer = CharacterTokenizer(vocabularyOf: "fox")
    let files = tokenizer.files(contextLength: 64)
    #expect(files.map(\.name) == ["tokenizer.json", "tokenizer_config.json"])
    #expect(files[0].text == tokenizer.json.pretty + "\n")
    #expect(try JSON(parsing: files[1].text, from: "config")["model_max_length"] == 64)
    let read = try Tokenizers.tokenizer(from: document(files[0].text))
    #expect(read.isEqual(to: tokenizer))
    #expect(!read.isEqual(to: CharacterTokenizer(vocabularyOf: "foxes")))
  }

  @Test("a document of no kind that is known is refused by name") func unknownKind() throws {
    let error = #expect(throws: FileError.self) {
      try Tokenizers.tokenizer(from: document(#"{"model":{"type":"Unigram"}}"#))
    }
    #expect(error?.description.contains("supported: character") == true)
  }
}
