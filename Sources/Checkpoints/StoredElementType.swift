import Autograd

/// How a file stores the elements of a tensor, by the names of the safetensors format.
package enum StoredElementType: String, Sendable {
  case float32 = "F32"
  case float64 = "F64"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case uint8 = "U8"
  case uint16 = "U16"
  case int32 = "I32"

  /// The type in whose name elements of `type` are written.
  init(_ type: ElementType) { self = type == .float32 ? .float32 : .float64 }

  /// The type of tensor that holds the elements in memory, where every value that is stored is one of its own; nil for
  /// integers, which are ids and no tensor.
  package var elementType: ElementType? {
    switch self {
    case .float64: .float64
    case .float32, .float16, .bfloat16: .float32
    case .uint8, .uint16, .int32: nil
    }
  }

  /// The type as PyTorch calls it.
  package var name: String {
    switch self {
    case .float32: "float32"
    case .float64: "float64"
    case .float16: "float16"
    case .bfloat16: "bfloat16"
    case .uint8: "uint8"
    case .uint16: "uint16"
    case .int32: "int32"
    }
  }

  /// How many bytes of a file an element takes.
  package var byteCount: Int {
    switch self {
    case .float64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16, .uint16: 2
    case .uint8: 1
    }
  }

  /// Turns the 16-bit elements in the second half of `buffer` into float32 in the whole of it.
  func widen(_ buffer: UnsafeMutableRawBufferPointer) {
    let count = buffer.count / 4
    // Element i is written over what was read before it: 4i + 4 is no more than 2·count + 2(i + 1).
    for index in 0..<count {
      let bits = UInt16(
        littleEndian: buffer.loadUnaligned(fromByteOffset: 2 * (count + index), as: UInt16.self))
      let wide = self == .float16 ? Self.float32Bits(ofFloat16: UInt32(bits)) : UInt32(bits) << 16
      buffer.storeBytes(of: wide, toByteOffset: 4 * index, as: UInt32.self)
    }
  }

  /// The float32 of the same value: sign 1, exponent 5 (bias 15) and fraction 10 bits become 1, 8 (bias 127) and 23.
  private static func float32Bits(ofFloat16 bits: UInt32) -> UInt32 {
    let (sign, exponent, fraction) = ((bits & 0x8000) << 16, bits >> 10 & 0x1F, bits & 0x3FF)
    switch exponent {
    case 0: return sign | (Float(fraction) * 0x1p-24).bitPattern  // zero, or subnormal there and normal here
    case 0x1F: return sign | 0x7F80_0000 | fraction << 13  // infinite, or not a number
    default: return sign | (exponent + 127 - 15) << 23 | fraction << 13
    }
  }
}
