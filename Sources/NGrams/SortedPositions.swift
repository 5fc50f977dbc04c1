/// The positions of a text, sorted by the tokens before each, the nearest first, and then by the token there.
///
/// In this order all occurrences of a context of whatever length stand side by side, and those of its extensions by one
/// earlier token side by side among them; so one pass counts n-grams of all orders.
struct SortedPositions {
  /// [n], indices of symbols that are not 0.
  private(set) var positions: [UInt32]
  /// [n]: how many of the symbols before each position are those before the position that is sorted ahead of it, at
  /// most `length`; 0 for the first.
  private(set) var shared: [UInt8]

  /// Sorts the positions of `symbols` by `length` symbols before each.
  ///
  /// A radix sort from the last key to the first: length + 1 passes over all positions.
  ///
  /// - Parameters:
  ///   - symbols: 0 stands for no token. Every other one has `length` symbols before it.
  ///   - size: symbols are below this.
  init(of symbols: UnsafeBufferPointer<UInt32>, count: Int, size: Int, length: Int) {
    positions = []
    positions.reserveCapacity(count)
    for (index, symbol) in symbols.enumerated() where symbol != 0 { positions.append(UInt32(index)) }
    var other = [UInt32](repeating: 0, count: count)
    var places = [UInt32](repeating: 0, count: size)
    for back in [0] + (1..<length + 1).reversed() {
      positions.withUnsafeBufferPointer { from in
        other.withUnsafeMutableBufferPointer { to in
          places.withUnsafeMutableBufferPointer { places in
            Self.sort(from, by: symbols, back: back, into: to, places: places)
          }
        }
      }
      swap(&positions, &other)
    }
    shared = [UInt8](repeating: 0, count: count)
    shared.withUnsafeMutableBufferPointer { shared in
      positions.withUnsafeBufferPointer { Self.compare($0, symbols, length: length, into: shared) }
    }
  }

  /// One pass: moves each of `from` behind those whose symbol `back` places before is less, or the same and ahead.
  private static func sort(
    _ from: UnsafeBufferPointer<UInt32>, by symbols: UnsafeBufferPointer<UInt32>, back: Int,
    into to: UnsafeMutableBufferPointer<UInt32>, places: UnsafeMutableBufferPointer<UInt32>
  ) {
    places.update(repeating: 0)
    for position in from { places[Int(symbols[Int(position) &- back])] &+= 1 }
    var place: UInt32 = 0
    for symbol in places.indices { (places[symbol], place) = (place, place &+ places[symbol]) }
    for position in from {
      let symbol = Int(symbols[Int(position) &- back])
      to[Int(places[symbol])] = position
      places[symbol] &+= 1
    }
  }

  private static func compare(
    _ positions: UnsafeBufferPointer<UInt32>, _ symbols: UnsafeBufferPointer<UInt32>, length: Int,
    into shared: UnsafeMutableBufferPointer<UInt8>
  ) {
    for index in positions.indices.dropFirst() {
      let (position, other) = (Int(positions[index]), Int(positions[index &- 1]))
      var back = 0
      while back < length, symbols[position &- back &- 1] == symbols[other &- back &- 1] { back &+= 1 }
      shared[index] = UInt8(truncatingIfNeeded: back)
    }
  }
}
