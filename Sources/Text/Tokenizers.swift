import Files

/// A tokenizer that a run can be trained with and a checkpoint can hold.
package protocol StoredTokenizer: Tokenizer {
  /// The name by which it is selected.
  static var name: String { get }

  /// The tokenizer for `corpus`, which it encodes without error.
  init(vocabularyOf corpus: String) throws(TextError)

  /// The same; a tokenizer that can do without the text itself takes less memory.
  init(vocabularyOf corpus: Corpus) throws(TextError)

  /// Whether `document`, a `tokenizer.json`, is of a tokenizer of this kind; `init(from:)` may refuse it still.
  static func recognizes(_ document: JSONField) -> Bool

  /// The tokenizer that `document`, a `tokenizer.json`, describes.
  ///
  /// - Throws: `FileError.unsupported` or `.malformed`, naming the field.
  init(from document: JSONField) throws
}

extension StoredTokenizer {
  package init(vocabularyOf corpus: Corpus) throws(TextError) {
    try self.init(vocabularyOf: corpus.text)
  }
}

/// The available tokenizers.
public enum Tokenizers {
  /// One line each; the first is the default.
  package static let all: [any StoredTokenizer.Type] = [
    CharacterTokenizer.self
  ]

  /// What the tokenizers are called, the default first.
  public static var names: [String] { all.map { $0.name } }

  /// The tokenizer for `corpus` that is called `name`; nil if none is.
  public static func named(_ name: String, corpus: String) throws(TextError) -> (any Tokenizer)? {
    for type in all where type.name == name { return try type.init(vocabularyOf: corpus) }
    return nil
  }

  /// The default tokenizer for `corpus`.
  public static func standard(corpus: String) throws(TextError) -> any Tokenizer {
    try all[0].init(vocabularyOf: corpus)
  }

  /// The default tokenizer for `corpus`.
  public static func standard(corpus: Corpus) throws(TextError) -> any Tokenizer {
    try all[0].init(vocabularyOf: corpus)
  }

  /// The tokenizer that `document`, a `tokenizer.json`, describes.
  ///
  /// - Throws: `FileError.unsupported` if it is of none of these kinds; what its kind throws.
  package static func tokenizer(from document: JSONField) throws -> any Tokenizer {
    for type in all where type.recognizes(document) { return try type.init(from: document) }
    let kinds = names.joined(separator: " or ")
    throw FileError.unsupported(file: document.source, reason: "no tokenizer that is read here; supported: \(kinds)")
  }
}
