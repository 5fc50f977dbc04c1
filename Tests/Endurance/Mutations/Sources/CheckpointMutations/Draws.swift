/// Random numbers from a seed, the same everywhere: SplitMix64 (Steele et al., https://doi.org/10.1145/2714064.2660195).
struct Draws: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// An integer from 0 up to `count`, which it does not reach; 0 where that is no range.
  mutating func index(below count: Int) -> Int { count > 0 ? Int.random(in: 0..<count, using: &self) : 0 }

  /// True once in so many times.
  mutating func once(in count: Int) -> Bool { index(below: count) == 0 }

  /// One of the items, which are not empty.
  mutating func pick<Item>(_ items: [Item]) -> Item { items[index(below: items.count)] }
}
