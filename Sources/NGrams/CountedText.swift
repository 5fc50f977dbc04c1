import Text

/// The tokens that n-grams are counted in. A file holds them rather than the counts, which follow from them: a second for
/// three million.
public struct CountedText: Sendable {
  /// No more tokens are counted of any text: they take a second or two, and at most 160 bytes each.
  public static let mostTokens = 1 << 22
  /// The most that counting takes, in bytes a token: of a random text that comes twice, in which most contexts do.
  package static let bytesPerToken = 160.0

  /// The pieces one after the other.
  public let tokens: TokenIDs
  /// How many tokens each piece has: no n-gram reaches from one into the next.
  public let pieces: [Int]
  /// V: the vocabulary size.
  public let vocabularySize: Int

  /// All of `tokens`, or of a longer text `mostTokens`: its beginning, and blocks spread evenly over the rest.
  public init(of tokens: Slice<TokenIDs>, vocabularySize: Int) {
    let ranges = (tokens.startIndex..<tokens.endIndex).sampled(atMost: Self.mostTokens)
    self.init(
      TokenIDs(ranges.lazy.flatMap { tokens.base[$0] }, vocabularySize: vocabularySize), pieces: ranges.map(\.count),
      vocabularySize: vocabularySize)
  }

  /// A text of the given pieces.
  ///
  /// - Precondition: the pieces are as long as `tokens` together, of which each is in `0 ..< vocabularySize`.
  public init(_ tokens: TokenIDs, pieces: [Int], vocabularySize: Int) {
    precondition(pieces.reduce(0, +) == tokens.count, "CountedText: \(pieces), \(tokens.count) tokens")
    (self.tokens, self.pieces, self.vocabularySize) = (tokens, pieces, vocabularySize)
  }

  /// Counts the n-grams.
  public var counts: NGramCounts {
    var end = 0
    let ranges = pieces.map { length in
      end += length
      return end - length..<end
    }
    return NGramCounts(tokens, in: ranges, vocabularySize: vocabularySize)
  }
}
