/// SHA-256 (FIPS 180-4), written from its definition, so that a manifest can vouch for a file that was changed.
enum Digest {
  /// The hash of `bytes` in hexadecimal digits.
  static func sha256(_ bytes: [UInt8]) -> String {
    var state: [UInt32] = [
      0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    var padded = bytes + [0x80]
    padded += [UInt8](repeating: 0, count: (120 - padded.count % 64) % 64)
    padded += (0..<8).map { UInt8(truncatingIfNeeded: (UInt64(bytes.count) * 8) >> (56 - 8 * UInt64($0))) }
    var w = [UInt32](repeating: 0, count: 64)
    padded.withUnsafeBufferPointer { padded in
      for start in stride(from: 0, to: padded.count, by: 64) {
        for t in 0..<16 {
          w[t] = (0..<4).reduce(0) { $0 << 8 | UInt32(padded[start + 4 * t + $1]) }
        }
        for t in 16..<64 {
          let s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ (w[t - 15] >> 3)
          let s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ (w[t - 2] >> 10)
          w[t] = w[t - 16] &+ s0 &+ w[t - 7] &+ s1
        }
        compress(w, &state)
      }
    }
    return state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private static func compress(_ w: [UInt32], _ state: inout [UInt32]) {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for t in 0..<64 {
      let t1 = h &+ (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) &+ ((e & f) ^ (~e & g)) &+ constants[t] &+ w[t]
      let t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) &+ ((a & b) ^ (a & c) ^ (b & c))
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ t2)
    }
    for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
  }

  private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }

  /// The fractional parts of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = primes(64).map { prime in
    // The largest x with x³ ≤ prime · 2⁹⁶ is the root times 2³², found bit by bit; its low 32 bits are the fraction.
    var root: UInt64 = 0
    for bit in stride(from: 34, through: 0, by: -1) {
      let candidate = root | 1 << UInt64(bit)
      if isCube(of: candidate, atMost: prime) { root = candidate }
    }
    return UInt32(truncatingIfNeeded: root)
  }

  /// Whether x³ ≤ prime · 2⁹⁶, in exact arithmetic.
  private static func isCube(of x: UInt64, atMost prime: UInt64) -> Bool {
    let square = x.multipliedFullWidth(by: x)  // x < 2³⁵, so below 2⁷⁰
    let low = square.low.multipliedFullWidth(by: x)
    let (top, carry) = low.high.addingReportingOverflow(square.high &* x)
    return !carry && (top < prime << 32 || (top == prime << 32 && low.low == 0))
  }

  private static func primes(_ count: Int) -> [UInt64] {
    var primes: [UInt64] = []
    var candidate: UInt64 = 2
    while primes.count < count {
      if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
      candidate += 1
    }
    return primes
  }
}
