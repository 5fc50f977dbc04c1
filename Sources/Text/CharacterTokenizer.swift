/// A tokenizer with one token for each Unicode scalar of its vocabulary.
///
/// Scalars and not `Character`s, so that "\r\n", combining marks and emoji come back as they were. Id 0 is
/// `<unk>`, which stands for any scalar outside the vocabulary; the scalar of id i is `scalars[i − 1]`.
public struct CharacterTokenizer: Tokenizer, Equatable {
  /// The id of `<unk>`.
  public static let unknownID: Int32 = 0

  /// How the id of `<unk>` is written in a vocabulary.
  public static let unknownToken = "<unk>"

  /// The vocabulary without `<unk>`, in the order of its ids.
  public let scalars: [Unicode.Scalar]

  /// The id of each scalar value up to the largest in the vocabulary; 0 for those that are not in it.
  private let ids: [Int32]

  /// The tokenizer of the scalars that occur in `text`, in the order of their values.
  public init(vocabularyOf text: String) {
    var occurs = [Bool](repeating: false, count: 0x11_0000)
    for scalar in text.unicodeScalars { occurs[Int(scalar.value)] = true }
    let scalars = occurs.indices.compactMap { occurs[$0] ? Unicode.Scalar(UInt32($0)) : nil }
    self.init(unique: scalars)
  }

  /// The tokenizer of the scalars that occur in `corpus`, in the order of their values.
  public init(vocabularyOf corpus: Corpus) {
    self.init(unique: corpus.alphabet)
  }

  /// The tokenizer of a vocabulary as stored: `scalars[i]` gets id i + 1.
  ///
  /// - Throws: `TextError.duplicateInVocabulary` if a scalar occurs twice.
  public init(scalars: [Unicode.Scalar]) throws(TextError) {
    var seen: Set<Unicode.Scalar> = []
    for scalar in scalars where !seen.insert(scalar).inserted { throw .duplicateInVocabulary(scalar) }
    self.init(unique: scalars)
  }

  /// The tokenizer with the scalars of `corpus` that it lacks after its own.
  public func covering(_ corpus: Corpus) -> any Tokenizer {
    CharacterTokenizer(unique: scalars + corpus.alphabet.filter { id(of: $0) == nil })
  }

  private init(unique scalars: [Unicode.Scalar]) {
    self.scalars = scalars
    var ids = [Int32](repeating: Self.unknownID, count: scalars.map { Int($0.value) + 1 }.max() ?? 0)
    for (index, scalar) in scalars.enumerated() { ids[Int(scalar.value)] = Int32(index + 1) }
    self.ids = ids
  }

  /// The number of ids, that of `<unk>` included.
  public var vocabularySize: Int { scalars.count + 1 }

  /// "character".
  public var unit: String { "character" }

  /// `<unk>`'s.
  public var specialIDs: [Int32] { [Self.unknownID] }

  /// `<unk>`'s.
  public var unknownID: Int32? { Self.unknownID }

  /// A line break, of either kind; nil where the vocabulary has none.
  public var emptyPromptID: Int32? { id(of: "\n") ?? id(of: "\r") }

  /// The id of `scalar`, or nil if the vocabulary lacks it.
  public func id(of scalar: Unicode.Scalar) -> Int32? {
    let id = idOrUnknown(scalar)
    return id == Self.unknownID ? nil : id
  }

  /// The ids of `text`, one for each Unicode scalar.
  ///
  /// - Throws: `TextError.unknownCharacter` at the first scalar that the vocabulary lacks.
  public func encode(_ text: String) throws(TextError) -> [Int32] {
    try ids(of: text, as: Int32.self)
  }

  /// The ids of a long text, in one or two bytes each where the vocabulary permits.
  ///
  /// - Throws: `TextError.unknownCharacter` at the first scalar that the vocabulary lacks.
  public func encodeCorpus(_ text: String) throws(TextError) -> TokenIDs {
    if vocabularySize <= TokenIDs.size(of: UInt8.self) { return TokenIDs(.bytes(try ids(of: text, as: UInt8.self))) }
    if vocabularySize <= TokenIDs.size(of: UInt16.self) { return TokenIDs(.narrow(try ids(of: text, as: UInt16.self))) }
    return TokenIDs(.wide(try ids(of: text, as: Int32.self)))
  }

  /// The ids of a corpus; of its own vocabulary, they are the corpus's numbers and take no memory besides.
  ///
  /// - Throws: `TextError.unknownCharacter` at the first scalar that the vocabulary lacks.
  public func encodeCorpus(_ corpus: Corpus) throws(TextError) -> TokenIDs {
    let isUnknown = [false] + corpus.alphabet.map { id(of: $0) == nil }
    if isUnknown.contains(true), let offset = corpus.characters.firstIndex(where: { isUnknown[Int($0)] }) {
      let scalar = corpus.alphabet[Int(corpus.characters[offset]) - 1]
      throw .unknownCharacter(UnknownCharacter(scalar, offset: offset) { id(of: $0) != nil })
    }
    return encodeCorpusReplacingUnknown(corpus)
  }

  /// The ids of a corpus, with that of `<unk>` for each scalar that the vocabulary lacks.
  public func encodeCorpusReplacingUnknown(_ corpus: Corpus) -> TokenIDs {
    let ids = [Self.unknownID] + corpus.alphabet.map(idOrUnknown)
    if ids.indices.allSatisfy({ ids[$0] == Int32($0) }) { return corpus.characters }
    return corpus.characters.mapped(by: ids, vocabularySize: vocabularySize)
  }

  /// The ids of `text`, with that of `<unk>` for each scalar that the vocabulary lacks.
  public func encodeReplacingUnknown(_ text: String) -> [Int32] {
    text.unicodeScalars.map(idOrUnknown)
  }

  /// The UTF-8 of the scalar; that of U+FFFD for `<unk>` and for an id outside the vocabulary.
  public func bytes(of id: Int32) -> [UInt8] {
    UTF8.encode(scalars.indices ~= Int(id) - 1 ? scalars[Int(id) - 1] : "\u{FFFD}").map(Array.init) ?? []
  }

  /// The ids of `text` in the integer type `ID`, which the caller knows to hold every id of the vocabulary.
  private func ids<ID: FixedWidthInteger>(of text: String, as _: ID.Type) throws(TextError) -> [ID] {
    var unknown: UnknownCharacter?
    // A scalar takes at least one byte; the capacity past the last scalar is never touched.
    let ids = [ID](unsafeUninitializedCapacity: text.utf8.count) { buffer, count in
      for scalar in text.unicodeScalars {
        let id = idOrUnknown(scalar)
        if id == Self.unknownID {
          unknown = UnknownCharacter(scalar, offset: count) { self.id(of: $0) != nil }
          return
        }
        buffer[count] = ID(truncatingIfNeeded: id)
        count += 1
      }
    }
    if let unknown { throw .unknownCharacter(unknown) }
    return ids
  }

  private func idOrUnknown(_ scalar: Unicode.Scalar) -> Int32 {
    let value = Int(scalar.value)
    return value < ids.count ? ids[value] : Self.unknownID
  }
}
