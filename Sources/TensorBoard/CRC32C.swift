/// The cyclic redundancy check of the Castagnoli polynomial, x³² + x²⁸ + x²⁷ + … + 1 (RFC 3720, appendix B.4).
package enum CRC32C {
  /// The polynomial without x³², its lowest power in the highest bit.
  private static let polynomial: UInt32 = 0x82F6_3B78

  /// What each byte adds.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { remainder, _ in remainder >> 1 ^ (remainder & 1 == 0 ? 0 : polynomial) }
  }

  /// The check of `bytes`.
  package static func checksum(of bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(UInt32.max) { remainder, byte in
      table[Int(UInt8(truncatingIfNeeded: remainder) ^ byte)] ^ remainder >> 8
    }
  }

  /// The check as TensorFlow stores it, so that the check of bytes which hold checks tells something: rotated by 15 bits, and
  /// a constant added.
  package static func masked(of bytes: some Sequence<UInt8>) -> UInt32 {
    let checksum = checksum(of: bytes)
    return (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
  }
}
