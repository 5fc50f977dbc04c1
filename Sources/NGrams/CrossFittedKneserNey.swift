import Text

/// Kneser–Ney distributions at the positions of a training text, each from counts of other parts of that text.
///
/// The text is cut into blocks, which are dealt to four folds in turn; what is asked about a position is answered by the
/// counts of the three folds that it is not in. So the answer knows no more of the token there than of a new text's, and a
/// model that learns from it learns what generalizes: cross-fitting, as in Chernozhukov et al., arXiv 1608.00060.
public struct CrossFittedKneserNey: Sendable {
  /// How many parts the text is dealt to; each is answered for by the counts of all others.
  static let foldCount = 4
  /// Tokens in a block: so few that every fold has something of each part of the text, and so many that few n-grams are cut.
  package let blockLength: Int

  private let tokens: Slice<TokenIDs>
  /// The model without each fold.
  private let models: [KneserNey]

  /// The models of `order` of `tokens`, each from at most `limit` of them.
  ///
  /// - Precondition: `order` is in 1 ... 8, and each id is in `0 ..< vocabularySize`.
  public init(_ tokens: Slice<TokenIDs>, vocabularySize: Int, order: Int, limit: Int) {
    self.tokens = tokens
    blockLength = max(64, min(4096, tokens.count / 64))
    let (first, range) = (tokens.startIndex, tokens.startIndex..<tokens.endIndex)
    let counted = range.sampled(atMost: max(limit, 1 << 18))
    var models = [KneserNey?](repeating: nil, count: Self.foldCount)
    models.withUnsafeMutableBufferPointer { [blockLength] models in
      nonisolated(unsafe) let models = models
      concurrently(Self.foldCount) { fold in
        let others = counted.flatMap { $0.leavingOut(Self.blocks(of: fold, in: $0, from: first, blockLength)) }
        models[fold] = KneserNey(NGramCounts(tokens.base, in: others, vocabularySize: vocabularySize), order: order)
      }
    }
    self.models = models.compactMap(\.self)
  }

  /// V: the vocabulary size.
  public var vocabularySize: Int { models[0].counts.vocabularySize }

  /// The blocks of `fold` that meet `range`, of blocks that begin at `first`.
  private static func blocks(of fold: Int, in range: Range<Int>, from first: Int, _ length: Int) -> [Range<Int>] {
    let firstBlock = (range.lowerBound - first) / length
    return (firstBlock...).lazy.map { (index: $0, start: first + $0 * length) }
      .prefix { $0.start < range.upperBound }
      .filter { $0.index % foldCount == fold }
      .map { $0.start..<$0.start + length }
  }

  /// p(w | the tokens before `position`) for every token w, into `probabilities`, [V].
  ///
  /// - Precondition: `position` is an index of the tokens or the end, and `probabilities` has V elements.
  public func distribution(at position: Int, into probabilities: UnsafeMutableBufferPointer<Float>) {
    let recent = RecentTokens(before: position, in: tokens)
    let fold = (position - tokens.startIndex) / blockLength % Self.foldCount
    models[fold].distribution(after: recent, into: probabilities)
  }
}
