extension Range<Int> {
  /// At most `limit` of these positions: all where there are no more, else the first half of as many, and the other half
  /// in blocks spread evenly over the rest, of which the last stands at the end.
  ///
  /// - Precondition: `limit` is at least two blocks.
  public func sampled(atMost limit: Int, block: Int = 1 << 14) -> [Range<Int>] {
    precondition(limit >= 2 * block, "sampled: \(limit) positions in blocks of \(block)")
    guard count > limit else { return [self] }
    let start = lowerBound..<lowerBound + limit / 2
    let blocks = limit / 2 / block
    let free = upperBound - start.upperBound - blocks * block
    // As far apart as whole numbers permit: block i has i · free / (blocks − 1) uncounted positions before it.
    return [start]
      + (0..<blocks).map { index in
        let skipped = blocks > 1 ? free / (blocks - 1) * index + free % (blocks - 1) * index / (blocks - 1) : free
        let begin = start.upperBound + index * block + skipped
        return begin..<begin + block
      }
  }

  /// What is left of these positions without those in `others`: the pieces between them, in order.
  public func leavingOut(_ others: [Range<Int>]) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var begin = lowerBound
    for other in others.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      let end = Swift.min(other.lowerBound, upperBound)
      if begin < end { pieces.append(begin..<end) }
      begin = Swift.max(begin, other.upperBound)
    }
    if begin < upperBound { pieces.append(begin..<upperBound) }
    return pieces
  }
}
