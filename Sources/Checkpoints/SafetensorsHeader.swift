import Autograd
import Files

/// The head of a safetensors file: what tensors it holds and where their bytes are.
///
///     8 bytes: N, little-endian │ N bytes: JSON │ the tensors' bytes, row-major, without gaps
///
/// Tensors of float32 (F32) and float64 (F64) are read and written, those of float16 (F16) and bfloat16 (BF16) read; and
/// lists of ids, in the integers that hold them (U8, U16, I32).
/// https://huggingface.co/docs/safetensors
package struct SafetensorsHeader: Equatable {
  /// One tensor of the file.
  package struct Entry: Equatable {
    /// What the tensor is called.
    package var name: String
    /// What its elements are.
    package var elementType: StoredElementType
    /// Its axis lengths.
    package var shape: [Int]
    /// Where its bytes are, counted from the end of the header.
    package var bytes: Range<Int>
  }

  /// What N may be; that of a model of a thousand layers is less. (The reference's own bound is twelve times as much.)
  static let maximumByteCount = 8 << 20
  /// How many axes a tensor may have.
  private static let mostAxes = 16
  static let metadataName = "__metadata__"

  /// In the order of their bytes.
  package var entries: [Entry]
  /// Strings about the file; transformers asks for `format`.
  package var metadata: [String: String]
}

// MARK: - Reading

extension SafetensorsHeader {
  /// Reads the JSON of a header that is followed by `dataByteCount` bytes of tensors.
  ///
  /// What holds afterwards: names differ, every tensor's shape and element type fill exactly its bytes, and
  /// together the tensors cover the data without gap, overlap or rest.
  ///
  /// - Throws: `FileError.malformed`, or `.unsupported` for another element type; both name `file`.
  package init(parsing json: [UInt8], dataByteCount: Int, file: String) throws {
    let document = JSONField(try JSON(parsing: json, from: file), in: file)
    entries = []
    metadata = [:]
    for (name, field) in try document.members {
      if name == Self.metadataName {
        for (key, value) in try field.members { metadata[key] = try value.string }
      } else {
        entries.append(try Self.entry(name, field))
      }
    }
    entries.sort { ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound) }
    let end = try Self.checkedEnd(of: entries, document)
    guard end == dataByteCount else {
      throw document.failure("\(dataByteCount) bytes of tensors, where the header describes \(end)")
    }
  }

  private static func entry(_ name: String, _ field: JSONField) throws -> Entry {
    let type = try field["dtype"].string
    guard let elementType = StoredElementType(rawValue: type) else {
      throw unsupported(name, type, file: field.source)
    }
    let shape = try field["shape"].elements
    guard shape.count <= mostAxes else { throw field["shape"].failure("\(shape.count) axes; at most \(mostAxes)") }
    let offsets = try field["data_offsets"].elements
    guard offsets.count == 2 else { throw field["data_offsets"].failure("expected a beginning and an end") }
    let (begin, end) = (try offsets[0].integer(in: 0...Int.max), try offsets[1].integer(in: 0...Int.max))
    guard begin <= end else { throw field["data_offsets"].failure("expected an end that is not before the beginning") }
    return Entry(
      name: name, elementType: elementType, shape: try shape.map { try $0.integer(in: 0...Int.max) },
      bytes: begin..<end)
  }

  /// The error that says of a tensor that its elements are of another type than those of tensors.
  static func unsupported(_ name: String, _ type: String, file: String) -> FileError {
    .unsupported(
      file: file,
      reason: "\(printable(name)) is stored as \(printable(type, limit: 20)); F32, F16, BF16 and F64 are read, "
        + "so convert it to one of them")
  }

  /// Where the last of `entries` ends, each checked to begin where the one before ends and to fill its bytes.
  private static func checkedEnd(of entries: [Entry], _ document: JSONField) throws -> Int {
    var end = 0
    for entry in entries {
      guard entry.bytes.lowerBound == end else {
        throw document[entry.name].failure(
          "begins at byte \(entry.bytes.lowerBound), where \(end) was expected")
      }
      end = entry.bytes.upperBound
      var byteCount: Int? = entry.elementType.byteCount
      for length in entry.shape { byteCount = byteCount.flatMap { $0.multiplied(exactlyBy: length) } }
      guard byteCount == entry.bytes.count else {
        throw document[entry.name].failure(
          "shape \(entry.shape) does not fill \(entry.bytes.count) bytes exactly")
      }
    }
    return end
  }
}

// MARK: - Writing

extension SafetensorsHeader {
  /// The header of a file that holds `tensors`, laid out as the reference does: wider elements first, then by
  /// name.
  ///
  /// - Precondition: Names differ.
  init(of tensors: [WrittenTensor], metadata: [String: String]) {
    let ordered = tensors.sorted { a, b in
      let (aWidth, bWidth) = (a.elementType.byteCount, b.elementType.byteCount)
      return aWidth == bWidth ? a.name.utf8.lexicographicallyPrecedes(b.name.utf8) : aWidth > bWidth
    }
    var end = 0
    entries = ordered.map { tensor in
      let begin = end
      end += tensor.shape.reduce(1, *) * tensor.elementType.byteCount
      return Entry(name: tensor.name, elementType: tensor.elementType, shape: tensor.shape, bytes: begin..<end)
    }
    self.metadata = metadata
  }

  /// N and the JSON, filled with spaces to a multiple of 8 so that the tensors are aligned.
  package var encoded: [UInt8] {
    let strings = metadata.sorted { $0.key < $1.key }
      .map { JSON.Member(name: $0.key, value: .string($0.value)) }
    var members = [JSON.Member(name: Self.metadataName, value: .object(strings))]
    members += entries.map { entry in
      let value: JSON = [
        "dtype": .string(entry.elementType.rawValue),
        "shape": .array(entry.shape.map(JSON.integer)),
        "data_offsets": [.integer(entry.bytes.lowerBound), .integer(entry.bytes.upperBound)],
      ]
      return JSON.Member(name: entry.name, value: value)
    }
    var json = Array(JSON.object(members).compact.utf8)
    json += [UInt8](repeating: UInt8(ascii: " "), count: -json.count & 7)
    return withUnsafeBytes(of: UInt64(json.count).littleEndian, Array.init) + json
  }
}

extension Int {
  /// The product, or nil if it does not fit.
  func multiplied(exactlyBy other: Int) -> Int? {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? nil : product
  }
}
