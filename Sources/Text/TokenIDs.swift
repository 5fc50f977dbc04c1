/// A long sequence of token ids, kept in two bytes each where the vocabulary permits, else in four.
public struct TokenIDs: RandomAccessCollection, Sendable {
  private enum Storage {
    case narrow([UInt16])
    case wide([Int32])
  }

  private let storage: Storage

  /// The ids of `text`.
  ///
  /// - Throws: `TextError.unknownCharacter` at the first character that the tokenizer has no ids for.
  public init(encoding text: String, by tokenizer: some Tokenizer) throws(TextError) {
    self = try tokenizer.encodeCorpus(text)
  }

  /// Ids as a tokenizer of a vocabulary that `isNarrow` made them.
  init(narrow ids: [UInt16]) { storage = .narrow(ids) }

  /// Ids as a tokenizer of any vocabulary made them.
  init(wide ids: [Int32]) { storage = .wide(ids) }

  /// The given ids.
  ///
  /// - Precondition: each is in `0 ..< vocabularySize`.
  public init(_ ids: some Sequence<Int32>, vocabularySize: Int) {
    let checked = ids.lazy.map { id in
      precondition(0 <= id && id < vocabularySize, "TokenIDs: id \(id), vocabulary of \(vocabularySize)")
      return id
    }
    storage =
      Self.isNarrow(vocabularySize: vocabularySize)
      ? .narrow(checked.map { UInt16($0) }) : .wide(Array(checked))
  }

  /// Whether two bytes hold every id.
  static func isNarrow(vocabularySize: Int) -> Bool {
    vocabularySize <= Int(UInt16.max) + 1
  }

  /// 0, the position of the first id.
  public var startIndex: Int { 0 }

  /// The number of ids.
  public var endIndex: Int {
    switch storage {
    case .narrow(let ids): ids.count
    case .wide(let ids): ids.count
    }
  }

  /// The id at `position`.
  public subscript(position: Int) -> Int32 {
    switch storage {
    case .narrow(let ids): Int32(ids[position])
    case .wide(let ids): ids[position]
    }
  }
}
