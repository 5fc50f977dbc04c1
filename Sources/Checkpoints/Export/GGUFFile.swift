import Autograd
import Files

/// A model in one file, as llama.cpp opens it: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
///
///     "GGUF" │ version │ how many tensors │ how many keys │ key, type, value … │ name, axes, type, offset … │ the tensors
///
/// All numbers are little-endian. Each tensor begins at a multiple of 32 bytes, and offsets count from the first one's.
struct GGUFFile {
  /// What a key stands for. llama.cpp asks for exactly these types.
  enum Value {
    case count(Int)
    case float(Double)
    case bool(Bool)
    case string(String)
    /// Texts, each by its bytes.
    case strings([[UInt8]])
    case floats([Float])
    case integers([Int32])
  }

  /// The format's version that is written.
  static let version: UInt32 = 3
  /// Where tensors begin: `general.alignment` unless said otherwise.
  static let alignment = 32

  /// What there is to know of the model, by names that llama.cpp gives.
  var metadata: [(key: String, value: Value)]
  /// The weights: of float32, float16 or bfloat16.
  var tensors: [WrittenTensor]
}

extension DurableFile {
  /// Writes a whole GGUF file: equal models give equal bytes.
  mutating func write(_ file: GGUFFile) throws {
    try file.header.withUnsafeBytes { try write($0) }
    for tensor in file.tensors {
      try tensor.withBytes { try write($0) }
      try GGUFFile.padding(after: tensor.byteCount).withUnsafeBytes { try write($0) }
    }
  }
}

// MARK: - The header

extension GGUFFile {
  /// Everything before the tensors.
  fileprivate var header: [UInt8] {
    var bytes = Array("GGUF".utf8)
    bytes.append(number: Self.version)
    bytes.append(number: UInt64(tensors.count))
    bytes.append(number: UInt64(metadata.count))
    for (key, value) in metadata {
      bytes.append(string: Array(key.utf8))
      bytes.append(value)
    }
    var offset = 0
    for tensor in tensors {
      bytes.append(string: Array(tensor.name.utf8))
      bytes.append(number: UInt32(tensor.shape.count))
      // The axis whose elements are neighbours comes first.
      for length in tensor.shape.reversed() { bytes.append(number: UInt64(length)) }
      bytes.append(number: tensor.elementType.ggmlType)
      bytes.append(number: UInt64(offset))
      offset += tensor.byteCount + Self.padding(after: tensor.byteCount).count
    }
    return bytes + Self.padding(after: bytes.count)
  }

  /// The zeros from a length to the next multiple of the alignment.
  fileprivate static func padding(after byteCount: Int) -> [UInt8] {
    [UInt8](repeating: 0, count: -byteCount & (alignment - 1))
  }
}

extension [UInt8] {
  fileprivate mutating func append(number: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }

  fileprivate mutating func append(string: [UInt8]) {
    append(number: UInt64(string.count))
    append(contentsOf: string)
  }

  /// The type's number, then the value.
  fileprivate mutating func append(_ value: GGUFFile.Value) {
    append(number: value.type)
    switch value {
    case .count(let count): append(number: UInt32(count))
    case .float(let value): append(number: Float(value).bitPattern)
    case .bool(let value): append(value ? 1 : 0)
    case .string(let text): append(string: Array(text.utf8))
    case .strings(let texts): append(list: texts, of: GGUFFile.Value.string("").type) { $0.append(string: $1) }
    case .floats(let numbers):
      append(list: numbers, of: GGUFFile.Value.float(0).type) { $0.append(number: $1.bitPattern) }
    case .integers(let numbers): append(list: numbers, of: 5) { $0.append(number: $1) }
    }
  }

  private mutating func append<Item>(
    list: [Item], of type: UInt32, _ append: (inout [UInt8], Item) -> Void
  ) {
    self.append(number: type)
    self.append(number: UInt64(list.count))
    for element in list { append(&self, element) }
  }
}

extension GGUFFile.Value {
  /// The number by which the format knows the type.
  fileprivate var type: UInt32 {
    switch self {
    case .count: 4
    case .float: 6
    case .bool: 7
    case .string: 8
    case .strings, .floats, .integers: 9
    }
  }
}

extension StoredElementType {
  /// The number by which the format knows the type of a tensor's elements.
  fileprivate var ggmlType: UInt32 {
    switch self {
    case .float32: 0
    case .float16: 1
    case .bfloat16: 30
    case .float64, .uint8, .uint16, .int32: trap("GGUFFile: a tensor of \(rawValue)")
    }
  }
}

extension WrittenTensor {
  fileprivate var byteCount: Int { shape.reduce(elementType.byteCount, *) }
}
