/// A long sequence of token ids, kept in one byte each where the vocabulary permits, else in two or four.
public struct TokenIDs: RandomAccessCollection, Sendable {
  enum Storage {
    case bytes([UInt8])
    case narrow([UInt16])
    case wide([Int32])
  }

  let storage: Storage

  /// The ids of `text`.
  ///
  /// - Throws: `TextError.unknownCharacter` at the first character that the tokenizer has no ids for.
  public init(encoding text: String, by tokenizer: some Tokenizer) throws(TextError) {
    self = try tokenizer.encodeCorpus(text)
  }

  /// The ids of a corpus.
  ///
  /// - Throws: `TextError.unknownCharacter` at the first character that the tokenizer has no ids for.
  public init(encoding corpus: Corpus, by tokenizer: some Tokenizer) throws(TextError) {
    self = try tokenizer.encodeCorpus(corpus)
  }

  /// Ids as a tokenizer made them, in a type that holds all of its vocabulary.
  init(_ storage: Storage) { self.storage = storage }

  /// The given ids.
  ///
  /// - Precondition: each is in `0 ..< vocabularySize`.
  public init(_ ids: some Sequence<Int32>, vocabularySize: Int) {
    let checked = ids.lazy.map { id in
      precondition(0 <= id && id < vocabularySize, "TokenIDs: id \(id), vocabulary of \(vocabularySize)")
      return id
    }
    if vocabularySize <= Self.size(of: UInt8.self) {
      storage = .bytes(checked.map { UInt8($0) })
    } else if vocabularySize <= Self.size(of: UInt16.self) {
      storage = .narrow(checked.map { UInt16($0) })
    } else {
      storage = .wide(Array(checked))
    }
  }

  /// The largest vocabulary of which `ID` holds every id.
  static func size<ID: FixedWidthInteger>(of _: ID.Type) -> Int { Int(ID.max) + 1 }

  /// 0, the position of the first id.
  public var startIndex: Int { 0 }

  /// The number of ids.
  public var endIndex: Int {
    switch storage {
    case .bytes(let ids): ids.count
    case .narrow(let ids): ids.count
    case .wide(let ids): ids.count
    }
  }

  /// How much memory the ids take.
  package var byteCount: Int {
    switch storage {
    case .bytes: count
    case .narrow: 2 * count
    case .wide: 4 * count
    }
  }

  /// Calls `body` with the ids as they are kept: 1, 2 or 4 bytes each.
  package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    switch storage {
    case .bytes(let ids): try ids.withUnsafeBytes(body)
    case .narrow(let ids): try ids.withUnsafeBytes(body)
    case .wide(let ids): try ids.withUnsafeBytes(body)
    }
  }

  /// The id at `position`.
  public subscript(position: Int) -> Int32 {
    switch storage {
    case .bytes(let ids): Int32(ids[position])
    case .narrow(let ids): Int32(ids[position])
    case .wide(let ids): ids[position]
    }
  }
}
