import Foundation

extension RandomKey {
  /// 64 random bits.
  public func bits(at counter: UInt64) -> UInt64 {
    let words = block(at: counter)
    return UInt64(low: words[0], high: words[1])
  }

  /// A uniform number in [0, 1): one of the 2⁵³ multiples of 2⁻⁵³.
  public func uniform(at counter: UInt64) -> Double {
    unitInterval(bits(at: counter))
  }

  /// A uniform index in `0 ..< bound`: ⌊bits · bound / 2⁶⁴⌋. Each has a probability within 2⁻⁶⁴ of
  /// 1 / bound.
  ///
  /// - Precondition: `bound` is positive.
  public func index(at counter: UInt64, below bound: Int) -> Int {
    precondition(bound > 0, "index(at:below:): the bound is \(bound), but must be positive")
    return Int(bits(at: counter).multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A normal number of mean 0 and variance 1, in magnitude below 8.6.
  ///
  /// Counters 2i and 2i + 1 share one pair: G. E. P. Box & M. E. Muller, "A note on the generation of random
  /// normal deviates", 1958, https://doi.org/10.1214/aoms/1177706645
  public func normal(at counter: UInt64) -> Double {
    let pair = normalPair(at: counter / 2)
    return counter.isMultiple(of: 2) ? pair.0 : pair.1
  }

  /// The normal numbers at the counters `0 ..< count`.
  public func normals(count: Int) -> [Double] { normals(at: 0..<count) }

  /// The normal numbers at these counters.
  ///
  /// - Precondition: the first counter is even, and so begins a pair.
  public func normals(at counters: Range<Int>) -> [Double] {
    precondition(counters.lowerBound.isMultiple(of: 2), "normals(at:): \(counters.lowerBound) is within a pair")
    return [Double](unsafeUninitializedCapacity: counters.count) { buffer, initialized in
      for first in stride(from: 0, to: counters.count, by: 2) {
        let pair = normalPair(at: UInt64((counters.lowerBound + first) / 2))
        buffer[first] = pair.0
        if first + 1 < counters.count { buffer[first + 1] = pair.1 }
      }
      initialized = counters.count
    }
  }

  /// √(−2 ln u)·(cos 2πv, sin 2πv), for u in (0, 1] and v in [0, 1).
  private func normalPair(at counter: UInt64) -> (Double, Double) {
    let words = block(at: counter)
    let u = 1 - unitInterval(UInt64(low: words[0], high: words[1]))
    let angle = 2 * Double.pi * unitInterval(UInt64(low: words[2], high: words[3]))
    let radius = (-2 * log(u)).squareRoot()
    return (radius * cos(angle), radius * sin(angle))
  }
}

/// The upper 53 bits as a fraction.
private func unitInterval(_ bits: UInt64) -> Double {
  Double(bits >> 11) * 0x1p-53
}
