import Autograd
import Files

/// An open safetensors file, whose header has been checked and whose tensors are read one by one.
package struct SafetensorsFile {
  /// What the file holds.
  package let header: SafetensorsHeader
  private let file: InputFile
  private let dataStart: Int
  private let entries: [ExactName: Int]  // places in the header

  /// Where the file is, as errors name it.
  var path: String { file.path }

  /// Opens the file at `path` and reads its header.
  ///
  /// - Throws: `FileError`: there is no such file (with `remedy`), or it is no safetensors file.
  package init(_ path: String, ifMissing remedy: String, calls: any SystemCalls = POSIX()) throws {
    file = try InputFile(path, ifMissing: remedy, calls: calls)
    guard file.byteCount >= 8 else {
      throw FileError.malformed(file: path, reason: "\(file.byteCount) bytes are no safetensors file")
    }
    let prefix = try file.bytes(in: 0..<8)
    let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(file.byteCount - 8) else {
      throw FileError.malformed(
        file: path,
        reason: "no safetensors file, or truncated: a header of \(length) bytes in \(file.byteCount)")
    }
    guard length <= SafetensorsHeader.maximumByteCount else {
      throw FileError.malformed(
        file: path, reason: "a header of \(length) bytes; at most \(SafetensorsHeader.maximumByteCount) are read")
    }
    dataStart = 8 + Int(length)
    header = try SafetensorsHeader(
      parsing: try file.bytes(in: 8..<dataStart), dataByteCount: file.byteCount - dataStart, file: path)
    entries = Dictionary(header.entries.enumerated().map { (ExactName($1.name), $0) }) { first, _ in first }
  }

  /// Reads the tensor called `name`, which must have `shape`: in float64 if it is stored so, or else in float32.
  ///
  /// - Throws: `FileError` if it is not in the file, has another shape, or cannot be read.
  package func tensor(_ name: String, shape: [Int]) throws -> Tensor {
    let entry = try require(name, shape: shape)
    guard let elementType = entry.elementType.elementType else {
      throw SafetensorsHeader.unsupported(name, entry.elementType.rawValue, file: file.path)
    }
    return try Tensor(shape: shape, elementType: elementType) { buffer in
      let stored = UnsafeMutableRawBufferPointer(rebasing: buffer.suffix(entry.bytes.count))
      try file.read(at: dataStart + entry.bytes.lowerBound, into: stored)
      if stored.count < buffer.count { entry.elementType.widen(buffer) }
    }
  }

  /// The same in float32, and throws `FileError.damaged` where an element is not finite there.
  func finiteTensor(_ name: String, shape: [Int]) throws -> Tensor {
    let tensor = try tensor(name, shape: shape).converted(to: .float32)
    // Squares of float32 numbers do not overflow in double.
    guard tensor.sumOfSquares.isFinite else {
      throw FileError.damaged(file: file.path, reason: "\(printable(name)) holds numbers that are not finite")
    }
    return tensor
  }

  /// What the file says of the tensor called `name`; throws `FileError.malformed` where there is none.
  func entry(_ name: String) throws -> SafetensorsHeader.Entry {
    guard let entry = entries[ExactName(name)].map({ header.entries[$0] }) else {
      throw FileError.malformed(file: file.path, reason: "\(printable(name)) is missing")
    }
    return entry
  }

  /// Reads the list called `name`, which must be of whole numbers of `type`, from one to `limit` of them.
  ///
  /// - Throws: `FileError` if it is not in the file, is something else, or cannot be read.
  func integers(_ name: String, _ type: StoredElementType, atMost limit: Int) throws -> [Int32] {
    let entry = try entry(name)
    guard entry.elementType == type, entry.shape.count == 1, 1...limit ~= entry.shape[0] else {
      throw FileError.malformed(
        file: file.path,
        reason: "\(name) is \(entry.elementType.rawValue) \(entry.shape), where a list of 1 to \(limit) elements of "
          + "\(type.rawValue) is expected")
    }
    let bytes = try file.bytes(in: dataStart + entry.bytes.lowerBound..<dataStart + entry.bytes.upperBound)
    let width = type.byteCount
    return stride(from: 0, to: bytes.count, by: width).map { start in
      Int32(truncatingIfNeeded: (0..<width).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) })
    }
  }

  /// Throws `FileError.malformed` unless the file holds a tensor called `name` that has `shape`.
  @discardableResult
  func require(_ name: String, shape: [Int]) throws -> SafetensorsHeader.Entry {
    let entry = try entry(name)
    guard entry.shape == shape else {
      throw FileError.malformed(
        file: file.path, reason: "\(printable(name)) has shape \(entry.shape), where the configuration demands \(shape)"
      )
    }
    return entry
  }

  /// Throws `FileError.malformed` where the file holds a tensor that is not one of `names`.
  package func requireNoneBut(_ names: Set<String>) throws {
    let names = Set(names.map(ExactName.init))
    if let entry = header.entries.first(where: { !names.contains(ExactName($0.name)) }) {
      throw FileError.malformed(
        file: file.path, reason: "\(printable(entry.name)) is no parameter of this configuration")
    }
  }
}

extension DurableFile {
  /// Writes a whole safetensors file: equal tensors give equal bytes.
  ///
  /// - Precondition: Names differ.
  package mutating func write(safetensors tensors: [(name: String, tensor: Tensor)]) throws {
    try write(safetensors: tensors.map { WrittenTensor($0.name, $0.tensor) })
  }

  /// The same of tensors and lists of ids.
  ///
  /// - Precondition: Names differ.
  package mutating func write(safetensors tensors: [WrittenTensor]) throws {
    // transformers refuses a file that does not say which framework's layout it has; PyTorch's is ours.
    let header = SafetensorsHeader(of: tensors, metadata: ["format": "pt"])
    let byName = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
    try header.encoded.withUnsafeBytes { try write($0) }
    for entry in header.entries {
      try byName[entry.name]?.withBytes { try write($0) }
    }
  }
}
