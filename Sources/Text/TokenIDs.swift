/// A long sequence of token ids, kept in two bytes each where the vocabulary permits, else in four.
public struct TokenIDs: RandomAccessCollection, Sendable {
  private enum Storage {
    case narrow([UInt16])
    case wide([Int32])
  }

  private let storage: Storage

  /// The ids of `text`, one for each Unicode scalar.
  ///
  /// - Throws: `TextError.unknownCharacter` at the first scalar that the vocabulary lacks, unless it is to be
  ///   replaced by `<unk>`.
  public init(
    encoding text: String, by tokenizer: CharacterTokenizer, replacingUnknown: Bool = false
  ) throws(TextError) {
    storage =
      Self.isNarrow(vocabularySize: tokenizer.vocabularySize)
      ? .narrow(try tokenizer.ids(of: text, as: UInt16.self, replacingUnknown: replacingUnknown))
      : .wide(try tokenizer.ids(of: text, as: Int32.self, replacingUnknown: replacingUnknown))
  }

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

  private static func isNarrow(vocabularySize: Int) -> Bool {
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
