import CRandom

/// The key to an endless table of random numbers.
///
/// Randomness is a function, not a state: a draw depends on the key and a counter alone, so it can be made
/// again, in any order, on any thread. The function is Philox4x32-10 (J. K. Salmon et al., "Parallel random
/// numbers: as easy as 1, 2, 3", SC'11, https://doi.org/10.1145/2063384.2063405), a bijection of 128-bit
/// counters under a 64-bit key. The draws of one key share one table: each purpose derives a key of its own.
public struct RandomKey: Sendable, Hashable {
  private let low: UInt32
  private let high: UInt32

  /// The key that a person names by a number.
  public init(seed: UInt64) {
    low = UInt32(truncatingIfNeeded: seed)
    high = UInt32(truncatingIfNeeded: seed >> 32)
  }

  /// A key for the purpose that `path` names, such as a step and a layer: `key.derived(by: step, layer)`.
  ///
  /// Each component is hashed by Philox under the key so far, hence `derived(by: a, b)` is
  /// `derived(by: a).derived(by: b)`. The draws of a key and of the keys derived from it are independent.
  public func derived(by path: UInt64...) -> RandomKey {
    path.reduce(self) { key, component in
      // Draws, dropout and attention leave the counter's last word 0, so no draw shows a derived key.
      let hash = key.block(at: counter(component, lastWord: 1))
      return RandomKey(seed: UInt64(low: hash[0], high: hash[1]))
    }
  }

  /// The four random words of one 128-bit counter, lowest word first.
  package func block(at counter: SIMD4<UInt32>) -> SIMD4<UInt32> {
    let words = cr_philox(
      kernelKey, cr_block(word: (counter[0], counter[1], counter[2], counter[3]))
    ).word
    return SIMD4(words.0, words.1, words.2, words.3)
  }

  /// The four random words of a 64-bit counter.
  func block(at low: UInt64) -> SIMD4<UInt32> {
    block(at: counter(low, lastWord: 0))
  }

  /// The key as the kernels take it.
  package var kernelKey: cr_key {
    cr_key(word: (low, high))
  }
}

private func counter(_ low: UInt64, lastWord: UInt32) -> SIMD4<UInt32> {
  SIMD4(UInt32(truncatingIfNeeded: low), UInt32(truncatingIfNeeded: low >> 32), 0, lastWord)
}

extension UInt64 {
  init(low: UInt32, high: UInt32) {
    self = UInt64(high) << 32 | UInt64(low)
  }
}
