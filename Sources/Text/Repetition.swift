/// How much of one text stands in another: of windows of one, how many are found anywhere in the other.
///
/// The windows lie end to end, or evenly apart where there are more than `mostWindows`. They are found by their hashes,
/// which are rolled over the other text, and each that is found is compared.
public struct Repetition: Sendable, Equatable {
  /// The length of a window in characters.
  public static let windowLength = 50
  private static let mostWindows = 20_000

  /// How many windows were looked for, and how many of them were found.
  public let windowCount, repeatedCount: Int
  /// How many characters were searched.
  public let searchedCount: Int

  /// The share of the windows that were found.
  public var share: Double { Double(repeatedCount) / Double(windowCount) }

  /// Looks for windows of `sought` in `text`, both of the same ids below `vocabularySize`; nil where one of them has no
  /// window.
  init?(of sought: Slice<TokenIDs>, in text: Slice<TokenIDs>, vocabularySize: Int) {
    guard sought.count >= Self.windowLength, text.count >= Self.windowLength else { return nil }
    windowCount = min(sought.count / Self.windowLength, Self.mostWindows)
    searchedCount = text.count
    let (first, count, windows) = (sought.startIndex, sought.count / Self.windowLength, windowCount)
    let starts = (0..<windows).map { first + $0 * count / windows * Self.windowLength }
    let range = text.startIndex..<text.endIndex
    repeatedCount =
      switch sought.base.storage {
      case .bytes(let ids): Self.found(starts, in: range, ids, vocabularySize)
      case .narrow(let ids): Self.found(starts, in: range, ids, vocabularySize)
      case .wide(let ids): Self.found(starts, in: range, ids, vocabularySize)
      }
  }

  /// How many of the windows at `starts` are equal to one within `range`.
  private static func found<ID: FixedWidthInteger>(
    _ starts: [Int], in range: Range<Int>, _ ids: [ID], _ size: Int
  ) -> Int {
    ids.withUnsafeBufferPointer { ids in
      let hash = RollingHash(vocabularySize: size)
      let windows = Dictionary(grouping: starts) { hash.value(of: ids, at: $0) }
      let filter = Filter(windows.keys)
      let parts = range.count < 1 << 20 ? 1 : 4
      var hits = [Set<UInt64>](repeating: [], count: parts)
      hits.withUnsafeMutableBufferPointer { hits in
        concurrently(parts) { part in
          let last = range.count - windowLength + 1
          let places = (last * part / parts)..<(last * (part + 1) / parts)
          var found: Set<UInt64> = []
          hash.roll(over: ids, (range.lowerBound + places.lowerBound)..<(range.lowerBound + places.upperBound)) {
            value, place in
            guard filter.mayContain(value), !found.contains(value), let start = windows[value]?.first else { return }
            if (0..<windowLength).allSatisfy({ ids[start + $0] == ids[place + $0] }) { found.insert(value) }
          }
          hits[part] = found
        }
      }
      return hits.reduce(Set()) { $0.union($1) }.reduce(0) { $0 + (windows[$1]?.count ?? 0) }
    }
  }
}

/// A polynomial of a window's characters, each of them a random number, modulo 2⁶⁴.
private struct RollingHash {
  private static let base: UInt64 = 0x9E37_79B9_7F4A_7C15
  private let numbers: [UInt64]
  /// `numbers` times the base to the length of a window.
  private let leaving: [UInt64]

  init(vocabularySize: Int) {
    numbers = (0..<UInt64(vocabularySize)).map(Self.mixed)
    let power = (0..<Repetition.windowLength).reduce(UInt64(1)) { product, _ in product &* Self.base }
    leaving = numbers.map { $0 &* power }
  }

  /// SplitMix64's output function.
  private static func mixed(_ value: UInt64) -> UInt64 {
    var mixed = (value &+ 1) &* base
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  func value<ID: FixedWidthInteger>(of ids: UnsafeBufferPointer<ID>, at start: Int) -> UInt64 {
    (0..<Repetition.windowLength).reduce(0) { $0 &* Self.base &+ numbers[Int(ids[start + $1])] }
  }

  /// Calls `note` with the value of each window that begins in `range`, and where it begins.
  @inline(__always)
  func roll<ID: FixedWidthInteger>(
    over ids: UnsafeBufferPointer<ID>, _ range: Range<Int>, _ note: (UInt64, Int) -> Void
  ) {
    guard !range.isEmpty else { return }
    var value = value(of: ids, at: range.lowerBound)
    numbers.withUnsafeBufferPointer { numbers in
      leaving.withUnsafeBufferPointer { leaving in
        note(value, range.lowerBound)
        for start in range.dropFirst() {
          value =
            value &* Self.base &+ numbers[Int(ids[start + Repetition.windowLength - 1])]
            &- leaving[Int(ids[start - 1])]
          note(value, start)
        }
      }
    }
  }
}

/// Rules out most values that are not in a set, by one bit of memory each.
private struct Filter {
  private static let bits = 20
  private var words = [UInt64](repeating: 0, count: 1 << (bits - 6))

  init(_ values: some Sequence<UInt64>) {
    for value in values { words[Int(value >> (70 - Self.bits))] |= 1 << (value >> (64 - Self.bits) & 63) }
  }

  @inline(__always)
  func mayContain(_ value: UInt64) -> Bool {
    words[Int(value >> UInt64(70 - Self.bits))] >> (value >> UInt64(64 - Self.bits) & 63) & 1 == 1
  }
}
