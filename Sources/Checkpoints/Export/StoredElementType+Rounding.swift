import Autograd

// From float32 to 16 bits: to the nearest, and of two that are equally near, to the even one.

extension StoredElementType {
  /// The elements of `tensor`, which is of float32, rounded to this type, in its bytes.
  ///
  /// - Precondition: This type is `.float16` or `.bfloat16`.
  func rounded(_ tensor: Tensor) -> [UInt16] {
    tensor.floats.map { (self == .float16 ? Self.float16Bits(of: $0) : Self.bfloat16Bits(of: $0)).littleEndian }
  }

  /// The first element of `tensor` that is finite and would be infinite in this type; nil if none is.
  func overflow(in tensor: Tensor) -> Float? {
    let bound: Float
    switch self {
    case .float16: bound = 0x1.FFEp15  // half-way from the largest, 65,504, to what would be the next
    case .bfloat16: bound = 0x1.FFp127
    default: return nil
    }
    return tensor.floats.first { $0.isFinite && $0.magnitude >= bound }
  }

  /// Sign 1, exponent 5 (bias 15) and fraction 10 bits.
  static func float16Bits(of value: Float) -> UInt16 {
    let sign = UInt16(value.bitPattern >> 16) & 0x8000
    guard !value.isNaN else { return sign | 0x7E00 }
    let magnitude = value.magnitude
    // A multiple of 2⁻²⁴, also where it is rounded up to the smallest normal number.
    if magnitude < 0x1p-14 { return sign | UInt16((magnitude * 0x1p24).rounded(.toNearestOrEven)) }
    if magnitude >= 0x1.FFEp15 { return sign | 0x7C00 }
    let rounded = (magnitude.bitPattern + 0xFFF + magnitude.bitPattern >> 13 & 1) >> 13
    return sign | UInt16(rounded - (127 - 15) << 10)
  }

  /// The upper half of a float32.
  static func bfloat16Bits(of value: Float) -> UInt16 {
    guard !value.isNaN else { return UInt16(value.bitPattern >> 16) | 0x0040 }
    return UInt16((value.bitPattern + 0x7FFF + value.bitPattern >> 16 & 1) >> 16)
  }
}

extension WrittenTensor {
  /// A tensor of float32, rounded to `elementType`.
  ///
  /// - Throws: `ExportError.tooLarge` where an element would not be finite.
  init(_ name: String, _ tensor: Tensor, as elementType: StoredElementType) throws(ExportError) {
    guard elementType != .float32 else {
      self.init(name, tensor)
      return
    }
    if let value = elementType.overflow(in: tensor) {
      throw .tooLarge(value, tensor: name, type: elementType.name)
    }
    self.init(name, elementType, shape: tensor.shape) { body in
      try elementType.rounded(tensor).withUnsafeBytes { try body($0) }
    }
  }
}
