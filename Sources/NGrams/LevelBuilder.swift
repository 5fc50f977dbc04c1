/// Counts the n-grams of sorted positions: one pass over them, which hands each context's counts on to the shorter one.
struct LevelBuilder {
  private(set) var levels: [Level]
  private let text: SortedText
  /// What follows the context of each level that is being counted.
  private var tallies: [Tally]

  /// The levels of contexts of 0 up to `length` tokens.
  static func levels(
    of symbols: UnsafeBufferPointer<UInt32>, _ sorted: SortedPositions, size: Int, length: Int
  ) -> [Level] {
    sorted.positions.withUnsafeBufferPointer { positions in
      sorted.shared.withUnsafeBufferPointer { shared in
        var builder = LevelBuilder(
          levels: Array(repeating: Level(), count: length + 1),
          text: SortedText(symbols: symbols, positions: positions, shared: shared),
          tallies: (0..<length).map { _ in Tally(size: size) })
        if !positions.isEmpty { builder.count(0, positions.indices) }
        for level in builder.levels.indices { builder.end(level) }
        return builder.levels
      }
    }
  }

  /// Counts what follows the context of `level` tokens that the positions in `range` have in common.
  private mutating func count(_ level: Int, _ range: Range<Int>) {
    guard level < tallies.count else { return countLongest(level, range) }
    let firstExtension = UInt32(levels[level + 1].symbols.count)
    var start = range.lowerBound
    while start < range.upperBound {
      var end = start + 1
      while end < range.upperBound, Int(text.shared[end]) > level { end += 1 }
      countExtension(level, start..<end)
      start = end
    }
    let first = levels[level].continuations.count
    tallies[level].drain(into: &levels[level].continuations)
    endNode(level, range.count, firstExtension: firstExtension, firstContinuation: first)
  }

  /// Counts what follows one of the contexts of `level` + 1 tokens that extend the one that is being counted.
  private mutating func countExtension(_ level: Int, _ range: Range<Int>) {
    let position = Int(text.positions[range.lowerBound])
    let symbol = text.symbols[position - level - 1]
    guard symbol != 0 else {
      // The beginning of a text is no context, but something to come after; no symbols before it tell these apart.
      return text.forEachRun(range) { tallies[level].add(Int($0), count: $1) }
    }
    levels[level + 1].symbols.append(symbol)
    guard range.count > 1 else {
      levels[level + 1].links.append(Level.once | UInt32(position))
      tallies[level].add(Int(text.symbols[position]) - 1, count: 1)
      return noteSingle(position, from: level + 1)
    }
    count(level + 1, range)
    let node = levels[level + 1].nodes.count - 1
    levels[level + 1].links.append(UInt32(node))
    for index in Int(levels[level + 1].nodes[node].firstContinuation)..<levels[level + 1].continuations.count {
      let continuation = levels[level + 1].continuations[index]
      tallies[level].add(Int(continuation.token), count: continuation.count)
    }
  }

  private mutating func countLongest(_ level: Int, _ range: Range<Int>) {
    let first = levels[level].continuations.count
    text.forEachRun(range) {
      levels[level].continuations.append(.init(token: $0, count: $1, predecessors: 0))
    }
    endNode(level, range.count, firstExtension: 0, firstContinuation: first)
  }

  private mutating func endNode(_ level: Int, _ count: Int, firstExtension: UInt32, firstContinuation: Int) {
    var predecessors: UInt32 = 0
    for index in firstContinuation..<levels[level].continuations.count {
      let continuation = levels[level].continuations[index]
      predecessors += continuation.predecessors
      levels[level].note(continuation.count, continuation.predecessors)
    }
    levels[level].nodes.append(
      .init(
        firstExtension: firstExtension, firstContinuation: UInt32(firstContinuation), count: UInt32(count),
        predecessors: predecessors))
  }

  /// Notes the n-grams of the token at `position` with contexts of `level` tokens and more, which occur there alone.
  private mutating func noteSingle(_ position: Int, from level: Int) {
    for level in level..<levels.count {
      guard text.symbols[position - level] != 0 else { return }
      levels[level].note(1, 1)
    }
  }

  private mutating func end(_ level: Int) {
    let extensions = level + 1 < levels.count ? levels[level + 1].symbols.count : 0
    levels[level].nodes.append(
      .init(
        firstExtension: UInt32(extensions), firstContinuation: UInt32(levels[level].continuations.count), count: 0,
        predecessors: 0))
    levels[level].finish()
  }
}

/// A text and its positions in order.
private struct SortedText {
  let symbols: UnsafeBufferPointer<UInt32>
  let positions: UnsafeBufferPointer<UInt32>
  let shared: UnsafeBufferPointer<UInt8>

  /// Calls `body` with each token that follows in `range`, whose positions have all symbols before them in common, and
  /// with how often it does.
  func forEachRun(_ range: Range<Int>, _ body: (_ token: Int32, _ count: UInt32) -> Void) {
    var start = range.lowerBound
    while start < range.upperBound {
      let symbol = symbols[Int(positions[start])]
      var end = start + 1
      while end < range.upperBound, symbols[Int(positions[end])] == symbol { end += 1 }
      body(Int32(symbol) - 1, UInt32(end - start))
      start = end
    }
  }
}

extension Level {
  /// Counts one n-gram that occurs so often, and comes after so many different tokens.
  fileprivate mutating func note(_ count: UInt32, _ predecessors: UInt32) {
    if 1...4 ~= count { countsOfCounts[0][Int(count) - 1] += 1 }
    if 1...4 ~= predecessors { countsOfCounts[1][Int(predecessors) - 1] += 1 }
  }
}
