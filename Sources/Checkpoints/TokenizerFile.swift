import Files
import Text

/// A character tokenizer as the tokenizers library keeps it, `tokenizer.json`, and what transformers needs to
/// know to use it, `tokenizer_config.json`.
///
/// The library's pipeline cuts a text into Unicode scalars and looks each up, as `CharacterTokenizer` does.
package enum TokenizerFile {
  static let name = "tokenizer.json"
  static let configName = "tokenizer_config.json"

  /// `tokenizer.json` of `tokenizer`.
  package static func json(of tokenizer: CharacterTokenizer) -> JSON {
    let unknown = CharacterTokenizer.unknownToken
    var vocabulary = [JSON.Member(name: unknown, value: .integer(Int(CharacterTokenizer.unknownID)))]
    for (index, scalar) in tokenizer.scalars.enumerated() {
      vocabulary.append(JSON.Member(name: String(scalar), value: .integer(index + 1)))
    }
    var document = pipeline
    document["model"] = ["type": "WordLevel", "unk_token": .string(unknown), "vocab": .object(vocabulary)]
    return document
  }

  /// All of `tokenizer.json` but the model.
  private static let pipeline: JSON = [
    "version": "1.0",
    "truncation": nil,
    "padding": nil,
    "added_tokens": [
      [
        "id": .integer(Int(CharacterTokenizer.unknownID)),
        "content": .string(CharacterTokenizer.unknownToken),
        "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true,
      ]
    ],
    "normalizer": nil,
    // `.` would miss newlines.
    "pre_tokenizer": [
      "type": "Split", "pattern": ["Regex": "[\\s\\S]"], "behavior": "Isolated", "invert": false,
    ],
    "post_processor": nil,
    "decoder": ["type": "Fuse"],  // without it tokens are joined by spaces
  ]

  static func configJSON(contextLength: Int) -> JSON {
    [
      "tokenizer_class": "PreTrainedTokenizerFast",  // else transformers takes GPT-2's for Starcoder2
      "unk_token": .string(CharacterTokenizer.unknownToken),
      "clean_up_tokenization_spaces": false,  // else the space before a full stop is lost
      "model_input_names": ["input_ids", "attention_mask"],
      "model_max_length": .integer(contextLength),
    ]
  }

  /// The tokenizer that `document` describes.
  ///
  /// - Throws: `FileError.unsupported` where it is of another kind, naming the field; `.malformed`
  ///   where the vocabulary is not `<unk>` with id 0 and single scalars with the ids after it.
  package static func tokenizer(from document: JSONField) throws -> CharacterTokenizer {
    if case .object(let members) = pipeline {
      for member in members { try document[member.name].require(member.value) }
    }
    let model = document["model"]
    try model["type"].require("WordLevel")
    try model["unk_token"].require(.string(CharacterTokenizer.unknownToken))
    let vocabulary = try model["vocab"].members
    guard vocabulary.count > 1 else { throw model["vocab"].failure("no characters") }
    var scalars = [Unicode.Scalar?](repeating: nil, count: vocabulary.count - 1)
    for (token, field) in vocabulary {
      let id = try field.integer(in: 0...scalars.count)
      if token == CharacterTokenizer.unknownToken || id == 0 {
        guard token == CharacterTokenizer.unknownToken, id == 0 else {
          throw field.failure("\(CharacterTokenizer.unknownToken), and it alone, has the id 0")
        }
      } else {
        guard token.unicodeScalars.count == 1 else { throw field.unsupported("tokens of one character") }
        guard scalars[id - 1] == nil else { throw field.failure("the id \(id) is there twice") }
        scalars[id - 1] = token.unicodeScalars.first
      }
    }
    // As many tokens as ids and no id twice: none of these is nil.
    return try CharacterTokenizer(scalars: scalars.compactMap(\.self))
  }
}
