/// What stands at a place in bytes that may be UTF-8 (Unicode, table 3-7).
enum UTF8Sequence {
  case scalar(Unicode.Scalar, length: Int)
  /// A sequence begins that is longer than the bytes are.
  case unfinished
  case illFormed

  /// Reads at `start`, which is a place in `bytes`.
  @inline(__always)
  init(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) {
    let lead = bytes[start]
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch lead {
    case 0x00...0x7F:
      self = .scalar(Unicode.Scalar(lead), length: 1)
      return
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)  // else it would be a longer form than needed
    case 0xED: (length, second) = (3, 0x80...0x9F)  // else a surrogate
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)  // else above U+10FFFF
    case 0xF1...0xF3: length = 4
    default:
      self = .illFormed
      return
    }
    var value = UInt32(lead & (0x7F >> UInt8(length)))
    for index in 1..<length {
      guard start + index < bytes.count else {
        self = .unfinished
        return
      }
      let byte = bytes[start + index]
      guard index == 1 ? second.contains(byte) : UTF8.isContinuation(byte) else {
        self = .illFormed
        return
      }
      value = value << 6 | UInt32(byte & 0x3F)
    }
    self = Unicode.Scalar(value).map { .scalar($0, length: length) } ?? .illFormed
  }
}
