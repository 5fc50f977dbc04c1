/// All contexts of one length that occur, and what follows each.
///
/// Contexts are sorted by their tokens from the last to the first, so those that extend one context by an earlier token
/// stand side by side. A context that occurs once is no more than the position of what follows it; others have a node.
struct Level: Sendable {
  /// What is known of a context that occurs more than once.
  struct Node: Sendable {
    /// Where, in the next level, those begin that extend it. They end where those of the next node begin.
    var firstExtension: UInt32
    /// Where its continuations begin. They end where those of the next node begin.
    var firstContinuation: UInt32
    /// N(c): how often it occurs with a token after it.
    var count: UInt32
    /// N₁₊(•c•): the sum of `Continuation.predecessors`.
    var predecessors: UInt32
    /// γ(c), the share that its discounts leave to the shorter context; by each measure.
    var backoff: SIMD2<Float> = [0, 0]
  }

  /// A token that follows a context.
  struct Continuation: Sendable, Equatable {
    /// Its id.
    var token: Int32
    /// N(cw): how often it follows.
    var count: UInt32
    /// N₁₊(•cw): of how many different tokens the two of them come after; the beginning of a text counts as one. 0 at
    /// the longest contexts, where nobody needs it.
    var predecessors: UInt32
  }

  /// What an n-gram is counted by: how often it occurs, or how many different tokens it comes after.
  enum Measure: Int { case occurrences, predecessors }

  /// Marks the link of a context that occurs once: the rest is the position of the token that follows it.
  static let once: UInt32 = 1 << 31

  /// Of each context its first symbol, by which those that extend the same one are sorted.
  var symbols: [UInt32] = []
  /// Of each context the index of its node, or `once` and a position.
  var links: [UInt32] = []
  /// The nodes, in the order of their contexts; and one more, which only says where those of the last one end.
  var nodes: [Node] = []
  /// What follows, sorted by token for each node.
  var continuations: [Continuation] = []
  /// How many n-grams occur once, twice, … and 4 times; by counts, and by predecessors.
  var countsOfCounts: [SIMD4<Int>] = [.zero, .zero]
  /// What is taken from each count of this level, and from each number of predecessors.
  private var occurrenceDiscounts = Discounts(), predecessorDiscounts = Discounts()

  /// What is taken from each count by `measure`.
  @inline(__always)
  func discounts(_ measure: Measure) -> Discounts {
    measure == .occurrences ? occurrenceDiscounts : predecessorDiscounts
  }

  /// (N(cw) − D) / N(c) by `measure`, of a continuation of a node.
  @inline(__always)
  func share(of continuation: Continuation, _ node: Int, _ measure: Measure) -> Double {
    let count = measure == .occurrences ? continuation.count : continuation.predecessors
    return (Double(count) - discounts(measure)[count]) / total(of: node, measure)
  }

  /// N(c) of a node by `measure`.
  @inline(__always)
  func total(of node: Int, _ measure: Measure) -> Double {
    Double(measure == .occurrences ? nodes[node].count : max(nodes[node].predecessors, 1))
  }

  /// Adds `scale` · (N(cw) − D) / N(c) by `measure` to the probability of each token w that follows a node.
  func add(_ node: Int, _ measure: Measure, scale: Double, to probabilities: UnsafeMutableBufferPointer<Float>) {
    let (scale, discounts) = (scale / total(of: node, measure), discounts(measure))
    continuations.withUnsafeBufferPointer { all in
      for index in continuations(of: node) {
        let continuation = all[index]
        let count = measure == .occurrences ? continuation.count : continuation.predecessors
        probabilities[Int(continuation.token)] += Float(scale * (Double(count) - discounts[count]))
      }
    }
  }

  /// γ(c) of a node by `measure`.
  @inline(__always)
  func backoff(of node: Int, _ measure: Measure) -> Double { Double(nodes[node].backoff[measure.rawValue]) }

  /// Where the continuations of a node are.
  @inline(__always)
  func continuations(of node: Int) -> Range<Int> {
    Int(nodes[node].firstContinuation)..<Int(nodes[node + 1].firstContinuation)
  }

  /// What follows a node and is `token`; nil where it never does.
  @inline(__always)
  func continuation(of node: Int, _ token: Int32) -> Continuation? {
    var range = continuations(of: node)
    while range.count > 1 {
      let middle = range.lowerBound + range.count / 2
      range = continuations[middle].token <= token ? middle..<range.upperBound : range.lowerBound..<middle
    }
    guard let index = range.first, continuations[index].token == token else { return nil }
    return continuations[index]
  }

  /// The link of the context that begins with `symbol` and goes on as the contexts in `range`; nil where there is none.
  @inline(__always)
  func link(of symbol: UInt32, in range: Range<Int>) -> UInt32? {
    var range = range
    while range.count > 1 {
      let middle = range.lowerBound + range.count / 2
      range = symbols[middle] <= symbol ? middle..<range.upperBound : range.lowerBound..<middle
    }
    guard let index = range.first, symbols[index] == symbol else { return nil }
    return links[index]
  }

  /// Works out discounts and what they leave to shorter contexts, when all is counted.
  mutating func finish() {
    occurrenceDiscounts = Discounts(countsOfCounts: countsOfCounts[0])
    predecessorDiscounts = Discounts(countsOfCounts: countsOfCounts[1])
    for node in nodes.indices.dropLast() {
      var taken: SIMD2<Double> = .zero
      for index in continuations(of: node) {
        let continuation = continuations[index]
        taken[0] += occurrenceDiscounts[continuation.count]
        taken[1] += predecessorDiscounts[continuation.predecessors]
      }
      nodes[node].backoff = SIMD2(
        Float(taken[0] / Double(nodes[node].count)), Float(taken[1] / Double(max(nodes[node].predecessors, 1))))
    }
  }
}
