// How often ids occur, and other ids in their place. A corpus may have a billion of them: these loops know the type that the ids are kept in, and run
// on several cores.

extension Slice<TokenIDs> {
  /// How often each id occurs, [V].
  ///
  /// - Precondition: every id is in `0 ..< vocabularySize`.
  package func counts(vocabularySize: Int) -> [Int] {
    switch base.storage {
    case .bytes(let ids): counts(ids, vocabularySize)
    case .narrow(let ids): counts(ids, vocabularySize)
    case .wide(let ids): counts(ids, vocabularySize)
    }
  }

  /// How often each id follows each other one, [V, V], row-major: the row is the id before.
  ///
  /// - Precondition: every id is in `0 ..< vocabularySize`.
  package func pairCounts(vocabularySize: Int) -> [Int] {
    switch base.storage {
    case .bytes(let ids): pairs(ids, vocabularySize)
    case .narrow(let ids): pairs(ids, vocabularySize)
    case .wide(let ids): pairs(ids, vocabularySize)
    }
  }

  private func pairs<ID: FixedWidthInteger>(_ ids: [ID], _ size: Int) -> [Int] {
    guard count > 1 else { return [Int](repeating: 0, count: size * size) }
    return ids.withUnsafeBufferPointer { ids in
      inParts(of: startIndex..<endIndex - 1, size * size) { part, counts in
        var row = Int(ids[part.lowerBound]) * size
        for index in part {
          let next = Int(ids[index + 1])
          counts[row + next] += 1
          row = next * size
        }
      }
    }
  }

  private func counts<ID: FixedWidthInteger>(_ ids: [ID], _ size: Int) -> [Int] {
    ids.withUnsafeBufferPointer { ids in
      inParts(of: startIndex..<endIndex, size) { part, counts in
        for index in part { counts[Int(ids[index])] += 1 }
      }
    }
  }

  /// The sum of what `count` adds to `size` counts, which are 0, for each of the parts of `range`.
  private func inParts(
    of range: Range<Int>, _ size: Int, _ count: (Range<Int>, UnsafeMutableBufferPointer<Int>) -> Void
  ) -> [Int] {
    let parts = range.count < 1 << 20 ? 1 : 4
    var counts = [Int](repeating: 0, count: parts * size)
    counts.withUnsafeMutableBufferPointer { counts in
      concurrently(parts) { part in
        let bounds = [part, part + 1].map { range.lowerBound + range.count * $0 / parts }
        count(bounds[0]..<bounds[1], UnsafeMutableBufferPointer(rebasing: counts[part * size..<(part + 1) * size]))
      }
    }
    return (0..<size).map { index in (0..<parts).reduce(0) { $0 + counts[$1 * size + index] } }
  }
}

extension TokenIDs {
  /// What `table` has at each id.
  ///
  /// - Precondition: every id is an index of `table`, which holds ids of a vocabulary of the given size.
  func mapped(by table: [Int32], vocabularySize: Int) -> TokenIDs {
    switch storage {
    case .bytes(let ids): Self.mapped(ids, table, vocabularySize)
    case .narrow(let ids): Self.mapped(ids, table, vocabularySize)
    case .wide(let ids): Self.mapped(ids, table, vocabularySize)
    }
  }

  private static func mapped<ID: FixedWidthInteger>(_ ids: [ID], _ table: [Int32], _ vocabularySize: Int) -> TokenIDs {
    if vocabularySize <= size(of: UInt8.self) {
      return TokenIDs(.bytes(ids.map { UInt8(truncatingIfNeeded: table[Int($0)]) }))
    }
    if vocabularySize <= size(of: UInt16.self) {
      return TokenIDs(.narrow(ids.map { UInt16(truncatingIfNeeded: table[Int($0)]) }))
    }
    return TokenIDs(.wide(ids.map { table[Int($0)] }))
  }
}

extension TokenIDs {
  /// Two ids, one right after the other.
  struct Pair: Hashable {
    let first, second: Int
  }

  /// How often each pair occurs that `isWanted`, which few are.
  func pairs(where isWanted: (Int, Int) -> Bool) -> [Pair: Int] {
    switch storage {
    case .bytes(let ids): Self.pairs(ids, isWanted)
    case .narrow(let ids): Self.pairs(ids, isWanted)
    case .wide(let ids): Self.pairs(ids, isWanted)
    }
  }

  private static func pairs<ID: FixedWidthInteger>(_ ids: [ID], _ isWanted: (Int, Int) -> Bool) -> [Pair: Int] {
    var counts: [Pair: Int] = [:]
    ids.withUnsafeBufferPointer { ids in
      for index in ids.indices.dropFirst() {
        let (first, second) = (Int(ids[index - 1]), Int(ids[index]))
        if isWanted(first, second) { counts[Pair(first: first, second: second), default: 0] += 1 }
      }
    }
    return counts
  }
}
