import Text

/// Modified Kneser–Ney smoothing: the probability of every token after every context, from counts alone.
///
/// For a context c of m tokens, c′ without its first one, and a token w:
///
///     p(w | c) = (N(cw) − D(N(cw))) / N(c) + γ(c) · p(w | c′)      γ(c) = Σ_w D(N(cw)) / N(c)
///
/// where N counts occurrences for the longest contexts, of order − 1 tokens, and for all shorter ones of how many different
/// tokens an n-gram comes after, N₁₊(•cw) and N₁₊(•c•). Below the empty context comes the uniform distribution, 1 / V, so no
/// token is impossible. After a context that does not occur, p(w | c) = p(w | c′). The discounts D are those of `Discounts`,
/// for each length of contexts and for either kind of count.
///
/// Chen and Goodman, "An Empirical Study of Smoothing Techniques for Language Modeling" (TR-10-98, 1998), section 3;
/// Kneser and Ney, "Improved backing-off for m-gram language modeling" (ICASSP 1995).
public struct KneserNey: Sendable {
  /// What it was counted from.
  public let counts: NGramCounts
  /// The longest n-grams that it looks at.
  public let order: Int

  /// The model of `order` from `counts`.
  ///
  /// - Precondition: `order` is in 1 ... 8.
  public init(_ counts: NGramCounts, order: Int) {
    precondition(1...NGramCounts.highestOrder ~= order, "KneserNey: order \(order)")
    (self.counts, self.order) = (counts, order)
  }

  /// p(token | recent).
  public func probability(of token: Int32, after recent: RecentTokens) -> Double {
    counts.probabilities(of: token, after: recent)[order - 1]
  }

  /// p(w | recent) for every token w, [V]; they sum to 1 but for rounding.
  public func distribution(after recent: RecentTokens) -> [Float] {
    [Float](unsafeUninitializedCapacity: counts.vocabularySize) { buffer, count in
      distribution(after: recent, into: buffer)
      count = counts.vocabularySize
    }
  }

  /// The same into `probabilities`, [V]. Takes time for V and for what was seen to follow each context.
  ///
  /// - Precondition: `probabilities` has V elements.
  public func distribution(after recent: RecentTokens, into probabilities: UnsafeMutableBufferPointer<Float>) {
    precondition(probabilities.count >= counts.vocabularySize, "KneserNey: \(probabilities.count) elements")
    let path = counts.path(recent)
    let depth = min(path.depth, order)
    // From the shortest context to the longest, what is left to the uniform distribution; backwards, to each context.
    var left = 1.0
    for length in 0..<depth { left *= backoff(path, length) }
    probabilities.initialize(repeating: Float(left / Double(counts.vocabularySize)))
    var share = 1.0
    for length in (0..<depth).reversed() {
      add(path, length, share: share, to: probabilities)
      share *= backoff(path, length)
    }
  }

  /// The longest contexts go by occurrences, all others by predecessors.
  private func measure(_ length: Int) -> Level.Measure { length == order - 1 ? .occurrences : .predecessors }

  /// γ of the context of `length` tokens.
  private func backoff(_ path: NGramCounts.Path, _ length: Int) -> Double {
    counts.backoff(path, length, measure(length))
  }

  /// Adds to each token that follows the context of `length` tokens its share of `share`.
  private func add(
    _ path: NGramCounts.Path, _ length: Int, share: Double, to probabilities: UnsafeMutableBufferPointer<Float>
  ) {
    guard length < path.nodeCount else {
      probabilities[Int(path.onlyToken)] += Float(share * (1 - counts.levels[length].discounts(measure(length)).one))
      return
    }
    counts.levels[length].add(Int(path.nodes[length]), measure(length), scale: share, to: probabilities)
  }
}

extension NGramCounts {
  /// p(token | recent) of the models of every order from 1 to 8, in this order.
  func probabilities(of token: Int32, after recent: RecentTokens) -> SIMD8<Double> {
    let path = path(recent)
    var result = SIMD8<Double>.zero
    // Of the contexts so far by predecessors, on which the next longer one rests.
    var lower = 1 / Double(vocabularySize)
    // A token that does not follow a context does not follow any longer one.
    var isSeen = true
    for length in 0..<path.depth {
      let shares = isSeen ? shares(of: token, path, length) : .zero
      isSeen = shares != .zero
      result[length] = shares[0] + backoff(path, length, .occurrences) * lower
      lower = shares[1] + backoff(path, length, .predecessors) * lower
    }
    for length in path.depth..<Self.highestOrder { result[length] = lower }
    return result
  }

  /// (N(cw) − D) / N(c) of `token` after the context of `length` tokens, by each measure.
  private func shares(of token: Int32, _ path: Path, _ length: Int) -> SIMD2<Double> {
    guard length < path.nodeCount else {
      guard token == path.onlyToken else { return .zero }
      return [1 - levels[length].discounts(.occurrences).one, 1 - levels[length].discounts(.predecessors).one]
    }
    let node = Int(path.nodes[length])
    guard let found = levels[length].continuation(of: node, token) else { return .zero }
    return [levels[length].share(of: found, node, .occurrences), levels[length].share(of: found, node, .predecessors)]
  }

  /// γ of the context of `length` tokens.
  fileprivate func backoff(_ path: Path, _ length: Int, _ measure: Level.Measure) -> Double {
    length < path.nodeCount
      ? levels[length].backoff(of: Int(path.nodes[length]), measure) : levels[length].discounts(measure).one
  }
}
