import Text

extension NetworkPredictions {
  /// So many places are one term of a sum.
  private static let block = 256

  /// The sum of what `term` makes of all places, some at a time, on so many threads; the terms and their order do not depend
  /// on the number.
  func sum<Term>(
    _ zero: Term, _ add: (Term, Term) -> Term, threads: Int, _ term: (Range<Int>) -> Term
  ) -> Term {
    let blocks = stride(from: 0, to: count, by: Self.block).map { $0..<min($0 + Self.block, count) }
    var terms = [Term](repeating: zero, count: blocks.count)
    let threads = max(1, min(threads, blocks.count))
    terms.withUnsafeMutableBufferPointer { terms in
      nonisolated(unsafe) let terms = terms
      concurrently(threads) { thread in
        for index in stride(from: thread, to: blocks.count, by: threads) { terms[index] = term(blocks[index]) }
      }
    }
    return terms.reduce(zero, add)
  }

  /// Calls `body` with the logits of one place, [V].
  func withLogits<Result>(of place: Int, _ body: (UnsafeBufferPointer<Float>) -> Result) -> Result {
    logits.withUnsafeBufferPointer { all in
      body(UnsafeBufferPointer(rebasing: all[place * vocabularySize..<(place + 1) * vocabularySize]))
    }
  }
}
