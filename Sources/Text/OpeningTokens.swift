/// What a text begins with where there is no prompt and hardly a line break to start from: how often each token occurs.
///
/// Where a text has lines, a line break before it says how one begins, and none of this is needed.
public struct OpeningTokens: Sendable, Equatable {
  /// How often each token occurs, [V].
  public let counts: [Int]

  /// Where fewer line breaks than one in so many tokens have text after them, a model hardly learns what follows.
  static let tokensPerLineBreak = 10_000

  /// The counts of `tokens`, of which each is in the vocabulary of `tokenizer`; nil where line breaks serve instead.
  public init?(of tokens: Slice<TokenIDs>, by tokenizer: some Tokenizer) {
    let counts = tokens.counts(vocabularySize: tokenizer.vocabularySize)
    if let lineBreak = tokenizer.emptyPromptID {
      let followed = counts[Int(lineBreak)] - (tokens.last == lineBreak ? 1 : 0)
      if followed * Self.tokensPerLineBreak >= tokens.count { return nil }
    }
    self.init(counts: counts)
  }

  /// The given counts, [V]; nil where one is negative, or all are 0.
  public init?(counts: [Int]) {
    guard counts.allSatisfy({ $0 >= 0 }), counts.contains(where: { $0 > 0 }) else { return nil }
    self.counts = counts
  }
}
