import Text

/// The last tokens of a text, which are what an n-gram knows of it: 7 at most, the latest first.
public struct RecentTokens: Sendable, Equatable {
  /// So many tokens are kept.
  static let capacity = NGramCounts.highestOrder - 1

  /// Lane i holds the token i + 1 places back; −1 where the text begins after that.
  private(set) var ids: SIMD8<Int32>

  /// The beginning of a text: no tokens.
  public init() { ids = SIMD8(repeating: -1) }

  /// The last of `tokens`, which are in the order of the text.
  public init(_ tokens: some BidirectionalCollection<Int32>) {
    self.init()
    for (lane, id) in tokens.suffix(Self.capacity).reversed().enumerated() { ids[lane] = id }
  }

  /// The tokens right before `position`, of those in `tokens`.
  ///
  /// - Precondition: `position` is an index of `tokens`, or the end.
  public init(before position: Int, in tokens: Slice<TokenIDs>) {
    self.init()
    for lane in 0..<min(Self.capacity, position - tokens.startIndex) { ids[lane] = tokens.base[position - 1 - lane] }
  }

  /// Takes in the token that comes next.
  public mutating func append(_ id: Int32) {
    for lane in stride(from: Self.capacity - 1, to: 0, by: -1) { ids[lane] = ids[lane - 1] }
    ids[0] = id
  }
}
