/// What follows one context, while it is counted.
struct Tally {
  /// [V], 0 but for `tokens`.
  private var counts, predecessors: [UInt32]
  /// Those that follow.
  private var tokens: [Int32] = []

  init(size: Int) {
    counts = Array(repeating: 0, count: size)
    predecessors = counts
  }

  /// Adds that `token` followed `count` times after one more token.
  mutating func add(_ token: Int, count: UInt32) {
    if counts[token] == 0 { tokens.append(Int32(token)) }
    counts[token] += count
    predecessors[token] += 1
  }

  /// Appends what was added to `continuations`, sorted, and begins anew.
  mutating func drain(into continuations: inout [Level.Continuation]) {
    tokens.sort()
    for token in tokens {
      let index = Int(token)
      continuations.append(.init(token: token, count: counts[index], predecessors: predecessors[index]))
      (counts[index], predecessors[index]) = (0, 0)
    }
    tokens.removeAll(keepingCapacity: true)
  }
}
