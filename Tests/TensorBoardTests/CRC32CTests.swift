import TensorBoard
import Testing

@Suite("CRC-32C")
struct CRC32CTests {
  // RFC 3720, appendix B.4; the last is the check value by which catalogues of CRCs know it.
  @Test(
    "checks that are published",
    arguments: [
      ([UInt8](repeating: 0, count: 32), 0x8A91_36AA), ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
      (Array(0..<32), 0x46DD_794E), (Array((0..<32).reversed()), 0x113F_DB5C), (Array("123456789".utf8), 0xE306_9283),
      ([], 0),
    ] as [([UInt8], UInt32)])
  func published(bytes: [UInt8], checksum: UInt32) {
    #expect(CRC32C.checksum(of: bytes) == checksum)
  }

  @Test("as TensorFlow stores it")
  func masked() {
    #expect(CRC32C.masked(of: Array("123456789".utf8)) == 0xC78A_B0E5)
  }
}
