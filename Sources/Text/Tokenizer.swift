import Randomness

/// Converts text to token ids and back.
///
/// To add one: a file with a type that conforms to `StoredTokenizer`, and its line in `Tokenizers.all`.
public protocol Tokenizer: Sendable {
  /// V: the vocabulary size; ids count from 0.
  var vocabularySize: Int { get }

  /// The human-readable name of a token: "character", "byte".
  var unit: String { get }

  /// The ids that stand for no text of their own, such as that of `<unk>`: never sampled.
  var specialIDs: [Int32] { get }

  /// The id that stands for any character outside of the vocabulary; nil where there is none.
  var unknownID: Int32? { get }

  /// The token that an empty prompt stands for, where the vocabulary has one before which every text can end: a line break.
  var emptyPromptID: Int32? { get }

  /// The ids of `text`, whose bytes are together those of the text.
  ///
  /// - Throws: `TextError.unknownCharacter` at the first character that has no ids.
  func encode(_ text: String) throws(TextError) -> [Int32]

  /// The ids of a long text, in as few bytes as the vocabulary permits.
  ///
  /// - Throws: as `encode` does.
  func encodeCorpus(_ text: String) throws(TextError) -> TokenIDs

  /// The same of a corpus, of whose text nothing more need be put together than the tokenizer asks for.
  ///
  /// - Throws: as `encode` does.
  func encodeCorpus(_ corpus: Corpus) throws(TextError) -> TokenIDs

  /// The tokenizer with ids, after its own, for what `corpus` has and it lacks; itself where nothing is lacking, and where
  /// its kind cannot learn more.
  func covering(_ corpus: Corpus) -> any Tokenizer

  /// The same, with `unknownID` for each character that has no ids of its own.
  ///
  /// - Throws: as `encode` does, where there is no such id.
  func encodeCorpusReplacingUnknown(_ corpus: Corpus) throws(TextError) -> TokenIDs

  /// The UTF-8 bytes that `id` stands for, which may be part of a character; those of U+FFFD where it has none.
  func bytes(of id: Int32) -> [UInt8]

  /// `tokenizer.json`, as the tokenizers library reads it, and `tokenizer_config.json`, what transformers needs to
  /// know besides, for a model whose context holds `contextLength` tokens.
  func files(contextLength: Int) -> [TokenizerFile]
}

/// One of the files that a tokenizer is kept in.
public struct TokenizerFile: Sendable, Equatable {
  /// What describes the tokenizer: `tokenizer.json`.
  public static let name = "tokenizer.json"
  /// How transformers is to use it: `tokenizer_config.json`.
  public static let configName = "tokenizer_config.json"

  /// What the file is called.
  public let name: String
  /// All that is in it.
  public let text: String

  /// The file `name`, which holds `text`.
  public init(name: String, text: String) {
    (self.name, self.text) = (name, text)
  }
}

extension Tokenizer {
  /// "token".
  public var unit: String { "token" }

  /// The ids that `encode` gives, kept in fewer bytes.
  public func encodeCorpus(_ text: String) throws(TextError) -> TokenIDs {
    TokenIDs(try encode(text), vocabularySize: vocabularySize)
  }

  /// The ids of the corpus's text.
  public func encodeCorpus(_ corpus: Corpus) throws(TextError) -> TokenIDs {
    try encodeCorpus(corpus.text)
  }

  /// Itself.
  public func covering(_ corpus: Corpus) -> any Tokenizer { self }

  /// None.
  public var unknownID: Int32? { nil }

  /// The ids of the corpus, which must all be known.
  public func encodeCorpusReplacingUnknown(_ corpus: Corpus) throws(TextError) -> TokenIDs {
    try encodeCorpus(corpus)
  }

  /// The text of `ids`; U+FFFD stands for bytes that are no UTF-8, and for ids without any.
  public func decode(_ ids: some Sequence<Int32>) -> String {
    String(decoding: ids.flatMap(bytes(of:)), as: UTF8.self)
  }

  /// Whether `other` writes the same files, and so is the same tokenizer.
  public func isEqual(to other: any Tokenizer) -> Bool {
    files(contextLength: 1) == other.files(contextLength: 1)
  }

  /// Ids at random, none of them special unless all are.
  package func randomIDs(_ count: Int, key: RandomKey) -> [Int32] {
    let special = Set(specialIDs)
    let ids = (0..<Int32(vocabularySize)).filter { special.count == vocabularySize || !special.contains($0) }
    return (0..<count).map { ids[key.index(at: UInt64($0), below: ids.count)] }
  }
}
