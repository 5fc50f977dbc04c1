/// A message in the encoding of protocol buffers, field by field: https://protobuf.dev/programming-guides/encoding
///
/// Each field is its key, number · 8 + wire type, and its value.
struct ProtocolBuffer {
  /// The message so far.
  private(set) var bytes: [UInt8] = []

  /// Wire type 0: a whole number from 0 on, seven bits a byte, the lowest first.
  mutating func add(_ field: UInt64, integer: Int) {
    append(key: field, wireType: 0)
    append(UInt64(integer))
  }

  /// Wire type 1: eight bytes.
  mutating func add(_ field: UInt64, double: Double) {
    append(key: field, wireType: 1)
    withUnsafeBytes(of: double.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Wire type 2: bytes and their number.
  mutating func add(_ field: UInt64, bytes content: [UInt8]) {
    append(key: field, wireType: 2)
    append(UInt64(content.count))
    bytes += content
  }

  /// Wire type 2: a string's UTF-8.
  mutating func add(_ field: UInt64, _ text: String) { add(field, bytes: Array(text.utf8)) }

  /// Wire type 2: a message within this one.
  mutating func add(_ field: UInt64, message body: (inout ProtocolBuffer) -> Void) {
    var message = ProtocolBuffer()
    body(&message)
    add(field, bytes: message.bytes)
  }

  /// Wire type 5: four bytes.
  mutating func add(_ field: UInt64, float: Float) {
    append(key: field, wireType: 5)
    withUnsafeBytes(of: float.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  private mutating func append(key field: UInt64, wireType: UInt64) { append(field << 3 | wireType) }

  private mutating func append(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
