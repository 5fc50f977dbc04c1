import Files

// A character tokenizer as the tokenizers library keeps it. The library's pipeline cuts a text into Unicode scalars and
// looks each up, as `CharacterTokenizer` does.

extension CharacterTokenizer: StoredTokenizer {
  package static var name: String { "character" }

  /// `tokenizer.json` and `tokenizer_config.json`.
  public func files(contextLength: Int) -> [TokenizerFile] {
    [
      TokenizerFile(name: TokenizerFile.name, text: json.pretty + "\n"),
      TokenizerFile(name: TokenizerFile.configName, text: Self.configJSON(contextLength: contextLength).pretty + "\n"),
    ]
  }

  /// `tokenizer.json`.
  package var json: JSON {
    let unknown = Self.unknownToken
    var vocabulary = [JSON.Member(name: unknown, value: .integer(Int(Self.unknownID)))]
    for (index, scalar) in scalars.enumerated() {
      vocabulary.append(JSON.Member(name: String(scalar), value: .integer(index + 1)))
    }
    var document = Self.pipeline
    document["model"] = ["type": "WordLevel", "unk_token": .string(unknown), "vocab": .object(vocabulary)]
    return document
  }

  /// All of `tokenizer.json` but the model.
  private static let pipeline: JSON = [
    "version": "1.0",
    "truncation": nil,
    "padding": nil,
    "added_tokens": [],  // one would be found in texts, before they are cut
    "normalizer": nil,
    // `.` would miss newlines.
    "pre_tokenizer": [
      "type": "Split", "pattern": ["Regex": "[\\s\\S]"], "behavior": "Isolated", "invert": false,
    ],
    "post_processor": nil,
    "decoder": ["type": "Fuse"],  // without it tokens are joined by spaces
  ]

  /// How transformers itself stores what the configuration says of `<unk>`: it is special, and the text may hold it.
  private static let unknownAsAdded: JSON = [
    [
      "id": .integer(Int(unknownID)), "content": .string(unknownToken),
      "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true,
    ]
  ]

  private static func configJSON(contextLength: Int) -> JSON {
    [
      "tokenizer_class": "PreTrainedTokenizerFast",  // else transformers takes GPT-2's for Starcoder2
      "unk_token": .string(unknownToken),  // id 0 is special, so that `skip_special_tokens` leaves it out
      "split_special_tokens": true,  // yet the characters "<unk>" in a text are five tokens
      "clean_up_tokenization_spaces": false,  // else the space before a full stop is lost
      "model_input_names": ["input_ids", "attention_mask"],
      "model_max_length": .integer(contextLength),
    ]
  }

  package static func recognizes(_ document: JSONField) -> Bool {
    document["model"]["type"].value == "WordLevel"
  }

  /// Whether a field of the pipeline means the same in the spelling of transformers' `save_pretrained`.
  private static func isSpelledOtherwise(_ name: String, _ field: JSONField) -> Bool {
    field.isIdentityPostProcessor || (name == "added_tokens" && field.value == unknownAsAdded)
  }

  /// The tokenizer that `document` describes.
  ///
  /// - Throws: `FileError.unsupported` if it is of another kind, naming the field; `.malformed` where the vocabulary
  ///   is not `<unk>` with id 0 and single scalars with the ids after it.
  package init(from document: JSONField) throws {
    if case .object(let members) = Self.pipeline {
      for member in members where !Self.isSpelledOtherwise(member.name, document[member.name]) {
        try document[member.name].require(member.value)
      }
    }
    let model = document["model"]
    try model["type"].require("WordLevel")
    try model["unk_token"].require(.string(Self.unknownToken))
    let vocabulary = try model["vocab"].members
    guard vocabulary.count > 1 else { throw model["vocab"].failure("no characters") }
    var scalars = [Unicode.Scalar?](repeating: nil, count: vocabulary.count - 1)
    for (token, field) in vocabulary {
      let id = try field.integer(in: 0...scalars.count)
      if token == Self.unknownToken || id == 0 {
        guard token == Self.unknownToken, id == 0 else {
          throw field.failure("\(Self.unknownToken), and it alone, has the id 0")
        }
      } else {
        guard token.unicodeScalars.count == 1 else { throw field.unsupported("tokens of one character") }
        guard scalars[id - 1] == nil else { throw field.failure("the id \(id) is there twice") }
        scalars[id - 1] = token.unicodeScalars.first
      }
    }
    // As many tokens as ids and no id twice: none of these is nil.
    try self.init(scalars: scalars.compactMap(\.self))
  }
}
