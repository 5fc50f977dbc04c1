import CSHA256

/// The SHA-256 hash of bytes that arrive piece by piece (FIPS 180-4,
/// https://doi.org/10.6028/NIST.FIPS.180-4).
package struct SHA256 {
  private var state: SIMD8<UInt32> = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  private var pending: [UInt8] = []  // fewer than 64 bytes
  private var byteCount: UInt64 = 0
  private let usesInstructions: Bool

  /// Whether this processor has instructions for SHA-256.
  package static let hasInstructions = csha256_is_available()

  /// The hash of no bytes yet; computed by the processor's own instructions, unless it has none or is not to use them.
  package init(usingInstructions: Bool = true) {
    usesInstructions = usingInstructions && Self.hasInstructions
  }

  /// Hashes `bytes` after those that came before.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    byteCount += UInt64(bytes.count)
    var rest = bytes[...]
    if !pending.isEmpty {
      let head = rest.prefix(64 - pending.count)
      pending.append(contentsOf: head)
      rest = rest.dropFirst(head.count)
      guard pending.count == 64 else { return }
      pending.withUnsafeBytes { Self.compress($0, into: &state, usingInstructions: usesInstructions) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = rest.count / 64 * 64
    let blocks = UnsafeRawBufferPointer(rebasing: rest.prefix(whole))
    Self.compress(blocks, into: &state, usingInstructions: usesInstructions)
    pending.append(contentsOf: rest.dropFirst(whole))
  }

  /// The hash of everything so far, as 64 hexadecimal digits.
  package var hexadecimal: String {
    var padded = self
    var tail: [UInt8] = [0x80]
    tail += [UInt8](repeating: 0, count: (119 - pending.count) % 64)
    tail += (0..<8).map { UInt8(truncatingIfNeeded: (byteCount << 3) >> (56 - 8 * $0)) }
    tail.withUnsafeBytes { padded.update($0) }
    return padded.state.indices.map { index in
      let digits = String(padded.state[index], radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  /// The compression function over each 64 bytes of `blocks`.
  private static func compress(
    _ blocks: UnsafeRawBufferPointer, into state: inout SIMD8<UInt32>, usingInstructions: Bool
  ) {
    guard usingInstructions, let bytes = blocks.baseAddress else { return compress(blocks, into: &state) }
    withUnsafeMutableBytes(of: &state) { words in
      csha256_compress(
        words.assumingMemoryBound(to: UInt32.self).baseAddress, bytes.assumingMemoryBound(to: UInt8.self),
        blocks.count / 64)
    }
  }

  /// The same, word by word.
  private static func compress(_ blocks: UnsafeRawBufferPointer, into state: inout SIMD8<UInt32>) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
      for start in stride(from: 0, to: blocks.count, by: 64) {
        for t in 0..<16 {
          schedule[t] = UInt32(
            bigEndian: blocks.loadUnaligned(fromByteOffset: start + 4 * t, as: UInt32.self))
        }
        for t in 16..<64 {
          let a = schedule[t - 15]
          let b = schedule[t - 2]
          let s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >> 3)
          let s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >> 10)
          schedule[t] = schedule[t - 16] &+ s0 &+ schedule[t - 7] &+ s1
        }
        mix(schedule, into: &state)
      }
    }
  }

  private static func mix(_ schedule: UnsafeMutableBufferPointer<UInt32>, into state: inout SIMD8<UInt32>) {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    roundConstants.withUnsafeBufferPointer { constants in
      // Eight rounds bring each word back to its own variable, so that none has to be moved.
      for t in stride(from: 0, to: 64, by: 8) {
        round(a, b, c, &d, e, f, g, &h, constants[t] &+ schedule[t])
        round(h, a, b, &c, d, e, f, &g, constants[t + 1] &+ schedule[t + 1])
        round(g, h, a, &b, c, d, e, &f, constants[t + 2] &+ schedule[t + 2])
        round(f, g, h, &a, b, c, d, &e, constants[t + 3] &+ schedule[t + 3])
        round(e, f, g, &h, a, b, c, &d, constants[t + 4] &+ schedule[t + 4])
        round(d, e, f, &g, h, a, b, &c, constants[t + 5] &+ schedule[t + 5])
        round(c, d, e, &f, g, h, a, &b, constants[t + 6] &+ schedule[t + 6])
        round(b, c, d, &e, f, g, h, &a, constants[t + 7] &+ schedule[t + 7])
      }
    }
    state &+= SIMD8(a, b, c, d, e, f, g, h)
  }

  @inline(__always)
  private static func round(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32,
    _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: inout UInt32, _ input: UInt32
  ) {
    let choice = (e & f) ^ (~e & g)
    let majority = (a & b) ^ (a & c) ^ (b & c)
    let x = h &+ (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) &+ choice &+ input
    d &+= x
    h = x &+ (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) &+ majority
  }

  @inline(__always)
  private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word >> count | word << (32 - count)
  }

  private static let roundConstants = withUnsafeBytes(of: csha256_round_constants) {
    Array($0.bindMemory(to: UInt32.self))
  }
}
