import Files

/// Numbers the characters of a text while its bytes arrive, and finds where they are no UTF-8.
///
/// A character (a Unicode scalar) gets the next number, from 1, where it first occurs; `sortNumbers` then has them follow
/// the characters' values. So a text is never held but as numbers, of one byte each up to 255 different characters.
struct CharacterScan {
  /// Why the rest of some bytes was not taken: it begins a sequence that is longer than they are, or is no UTF-8.
  enum Stop { case unfinished, illFormed }

  /// The characters that occur, in the order of their numbers.
  private(set) var alphabet: [Unicode.Scalar] = []
  /// How many bytes were taken.
  private(set) var byteCount = 0

  private var numbers = [Int32](repeating: 0, count: 0x11_0000)
  private var width = Width.one
  // Of these only the one of that width is in use.
  private var bytes: [UInt8] = []
  private var narrow: [UInt16] = []
  private var wide: [Int32] = []
  private let expectedByteCount: Int
  private let task: String

  private enum Width { case one, two, four }

  /// A scan of perhaps `expectedByteCount` bytes; `task` is what takes memory for them, as an error names it.
  init(expecting expectedByteCount: Int, for task: String) throws(MemoryError) {
    self.expectedByteCount = expectedByteCount
    self.task = task
    try requireCorpusMemory(expectedByteCount, for: task)
    bytes.reserveCapacity(expectedByteCount)
  }

  /// Takes `text` up to its end, or to where it cannot be taken, and says why.
  mutating func append(_ text: UnsafeBufferPointer<UInt8>) throws(MemoryError) -> Stop? {
    var rest = text[...]
    while !rest.isEmpty {
      let piece = UnsafeBufferPointer(rebasing: rest.prefix(Self.pieceLength))
      try reserve(piece.count)
      let (taken, end) = number(piece)
      byteCount += taken
      rest = rest.dropFirst(taken)
      switch end {
      case .full: try widen()
      case .illFormed: return .illFormed
      // Of a piece that was cut in a character, the next begins with that.
      case .unfinished where taken == 0: return .unfinished
      case .unfinished, nil: break
      }
    }
    return nil
  }

  /// So many bytes at a time, whose numbers stay in a core's cache until they are stored.
  private static let pieceLength = 1 << 16

  /// The text so far, as numbers.
  var characters: TokenIDs {
    switch width {
    case .one: TokenIDs(.bytes(bytes))
    case .two: TokenIDs(.narrow(narrow))
    case .four: TokenIDs(.wide(wide))
    }
  }
}

// MARK: - Numbering

extension CharacterScan {
  private enum End { case full, unfinished, illFormed }

  private mutating func number(_ piece: UnsafeBufferPointer<UInt8>) -> (taken: Int, end: End?) {
    switch width {
    case .one: Self.number(piece, into: &bytes, &numbers, &alphabet)
    case .two: Self.number(piece, into: &narrow, &numbers, &alphabet)
    case .four: Self.number(piece, into: &wide, &numbers, &alphabet)
    }
  }

  private static func number<ID: FixedWidthInteger>(
    _ piece: UnsafeBufferPointer<UInt8>, into ids: inout [ID], _ numbers: inout [Int32],
    _ alphabet: inout [Unicode.Scalar]
  ) -> (taken: Int, end: End?) {
    withUnsafeTemporaryAllocation(of: ID.self, capacity: piece.count) { numbered in
      var (taken, written) = (0, 0)
      var end: End?
      numbers.withUnsafeMutableBufferPointer { numbers in
        while taken < piece.count {
          guard case .scalar(let scalar, let length) = UTF8Sequence(in: piece, at: taken) else {
            if case .unfinished = UTF8Sequence(in: piece, at: taken) { end = .unfinished } else { end = .illFormed }
            return
          }
          var number = numbers[Int(scalar.value)]
          if number == 0 {
            guard alphabet.count < Int(ID.max) else {
              end = .full
              return
            }
            alphabet.append(scalar)
            number = Int32(alphabet.count)
            numbers[Int(scalar.value)] = number
          }
          numbered[written] = ID(truncatingIfNeeded: number)
          written += 1
          taken += length
        }
      }
      ids.append(contentsOf: UnsafeBufferPointer(rebasing: numbered[..<written]))
      return (taken, end)
    }
  }

  /// Makes room for more different characters.
  private mutating func widen() throws(MemoryError) {
    // As many characters in all as there are in the part that was read.
    let share = Double(characters.count) / Double(max(byteCount, 1))
    let expected = max(characters.count, Int(share * Double(expectedByteCount) * 1.05))
    if width == .one {
      try requireCorpusMemory(2 * expected, for: task)
      narrow.reserveCapacity(expected)
      narrow.append(contentsOf: bytes.lazy.map { UInt16($0) })
      (width, bytes) = (.two, [])
    } else {
      try requireCorpusMemory(4 * expected, for: task)
      wide.reserveCapacity(expected)
      wide.append(contentsOf: narrow.lazy.map { Int32($0) })
      (width, narrow) = (.four, [])
    }
  }

  /// Throws where there is no memory for `count` more numbers.
  private func reserve(_ count: Int) throws(MemoryError) {
    let (used, capacity, size) =
      switch width {
      case .one: (bytes.count, bytes.capacity, 1)
      case .two: (narrow.count, narrow.capacity, 2)
      case .four: (wide.count, wide.capacity, 4)
      }
    // An array doubles.
    if used + count > capacity { try requireCorpusMemory(2 * size * (used + count), for: task) }
  }
}

// MARK: - The order of the numbers

extension CharacterScan {
  /// Has the numbers follow the values of the characters.
  mutating func sortNumbers() {
    let order = alphabet.indices.sorted { alphabet[$0].value < alphabet[$1].value }
    guard !order.elementsEqual(alphabet.indices) else { return }
    var ranks = [Int32](repeating: 0, count: alphabet.count + 1)
    for (rank, index) in order.enumerated() { ranks[index + 1] = Int32(rank + 1) }
    alphabet = order.map { alphabet[$0] }
    switch width {
    case .one: Self.replace(&bytes, by: ranks)
    case .two: Self.replace(&narrow, by: ranks)
    case .four: Self.replace(&wide, by: ranks)
    }
  }

  /// Puts in place of each number what `ranks` has at it.
  private static func replace<ID: FixedWidthInteger>(_ ids: inout [ID], by ranks: [Int32]) {
    let ranks = ranks.map { ID(truncatingIfNeeded: $0) }
    let parts = ids.count < 1 << 20 ? 1 : 4
    ids.withUnsafeMutableBufferPointer { ids in
      ranks.withUnsafeBufferPointer { ranks in
        concurrently(parts) { part in
          for index in (ids.count * part / parts)..<(ids.count * (part + 1) / parts) {
            ids[index] = ranks[Int(ids[index])]
          }
        }
      }
    }
  }
}
