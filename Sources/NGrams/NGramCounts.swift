import Text

/// How often every n-gram of a text occurs, for n from 1 to 8, and of how many different tokens it comes after.
///
/// All that follows a context, and all contexts that extend it by an earlier token, is found in a few steps: contexts are
/// sorted by their tokens from the last to the first (`Level`). A text may be counted in pieces, of which each begins as a
/// text does: no n-gram reaches across. A value, and the same for whatever threads count it.
public struct NGramCounts: Sendable {
  /// The largest n.
  public static let highestOrder = 8

  /// V: the vocabulary size.
  public let vocabularySize: Int
  /// How many tokens were counted.
  public let tokenCount: Int
  /// By the length of contexts, from 0 to 7 tokens.
  let levels: [Level]
  /// The pieces one after the other, seven zeros before each, tokens as id + 1.
  private let symbols: [UInt32]

  /// Counts the n-grams of the tokens at `ranges` of `tokens`, each a piece of its own.
  ///
  /// A radix sort and one pass over its result: 9 steps a token, and 9 bytes a token beside what is kept.
  ///
  /// - Precondition: there are at most 2³⁰ tokens in all, and each id is in `0 ..< vocabularySize`.
  public init(_ tokens: TokenIDs, in ranges: [Range<Int>], vocabularySize: Int) {
    let length = Self.highestOrder - 1
    tokenCount = ranges.reduce(0) { $0 + $1.count }
    precondition(tokenCount <= 1 << 30, "NGramCounts: \(tokenCount) tokens")
    self.vocabularySize = vocabularySize
    var symbols: [UInt32] = []
    symbols.reserveCapacity(tokenCount + length * ranges.count)
    for range in ranges where !range.isEmpty {
      symbols.append(contentsOf: repeatElement(0, count: length))
      for position in range {
        let id = tokens[position]
        precondition(0 <= id && id < vocabularySize, "NGramCounts: id \(id), vocabulary of \(vocabularySize)")
        symbols.append(UInt32(id) + 1)
      }
    }
    self.symbols = symbols
    let count = tokenCount
    levels = symbols.withUnsafeBufferPointer { symbols in
      let sorted = SortedPositions(of: symbols, count: count, size: vocabularySize + 1, length: length)
      return LevelBuilder.levels(of: symbols, sorted, size: vocabularySize, length: length)
    }
  }

  /// Counts the n-grams of `tokens`.
  public init(_ tokens: Slice<TokenIDs>, vocabularySize: Int) {
    self.init(tokens.base, in: [tokens.startIndex..<tokens.endIndex], vocabularySize: vocabularySize)
  }
}

// MARK: - Looking up

extension NGramCounts {
  /// The contexts that end with the tokens before a place and occur in the text: from none of them to as many as do.
  struct Path {
    /// The node of each context that occurs more than once; their lengths are 0 ..< `nodeCount`.
    var nodes: SIMD8<UInt32> = .zero
    var nodeCount = 0
    /// How many contexts occur; those from `nodeCount` on once, all in one place.
    var depth = 0
    /// What follows those that occur once.
    var onlyToken: Int32 = -1
  }

  /// The contexts that `recent` ends with and that occur.
  func path(_ recent: RecentTokens) -> Path {
    var path = Path()
    guard tokenCount > 0 else { return path }
    (path.nodeCount, path.depth) = (1, 1)
    while path.depth < Self.highestOrder {
      let id = recent.ids[path.depth - 1]
      guard id >= 0 else { break }
      let level = path.depth - 1
      let node = Int(path.nodes[level])
      let range =
        Int(levels[level].nodes[node].firstExtension)..<Int(levels[level].nodes[node + 1].firstExtension)
      guard let link = levels[level + 1].link(of: UInt32(id) + 1, in: range) else { break }
      path.depth += 1
      if link & Level.once != 0 {
        follow(Int(link & ~Level.once), recent, &path)
        break
      }
      path.nodes[level + 1] = link
      path.nodeCount += 1
    }
    return path
  }

  /// Lengthens `path`, whose last context occurs before `position` alone, as far as `recent` goes on as the text does.
  private func follow(_ position: Int, _ recent: RecentTokens, _ path: inout Path) {
    path.onlyToken = Int32(symbols[position]) - 1
    while path.depth < Self.highestOrder {
      let id = recent.ids[path.depth - 1]
      guard id >= 0, symbols[position - path.depth] == UInt32(id) + 1 else { return }
      path.depth += 1
    }
  }

  /// N(c) and N(cw): how often the last m of `recent` occur with a token after them, and how often that is `token`; lane m
  /// for m from 0 to 7.
  public func counts(
    of token: Int32, after recent: RecentTokens
  ) -> (contexts: SIMD8<UInt32>, continuations: SIMD8<UInt32>) {
    let path = path(recent)
    var (contexts, continuations) = (SIMD8<UInt32>.zero, SIMD8<UInt32>.zero)
    for length in 0..<path.nodeCount {
      let node = Int(path.nodes[length])
      contexts[length] = levels[length].nodes[node].count
      continuations[length] = levels[length].continuation(of: node, token)?.count ?? 0
    }
    for length in path.nodeCount..<path.depth {
      contexts[length] = 1
      continuations[length] = token == path.onlyToken ? 1 : 0
    }
    return (contexts, continuations)
  }

  /// Calls `body` with each token that follows the last `length` of `recent` somewhere, by id, and with how often it does.
  ///
  /// - Precondition: `length` is in 0 ... 7.
  public func forEachContinuation(after recent: RecentTokens, length: Int, _ body: (Int32, Int) -> Void) {
    let path = path(recent)
    guard length < path.depth else { return }
    guard length < path.nodeCount else { return body(path.onlyToken, 1) }
    for index in levels[length].continuations(of: Int(path.nodes[length])) {
      let continuation = levels[length].continuations[index]
      body(continuation.token, Int(continuation.count))
    }
  }
}
