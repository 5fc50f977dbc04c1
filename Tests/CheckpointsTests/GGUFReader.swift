import Foundation
import Testing

/// A GGUF file read by its specification alone, independently of the writer: every length is followed, and none may be left.
struct GGUFReader {
  enum Value: Equatable {
    case uint32(UInt32), int32(Int32), float32(Float), bool(Bool), string([UInt8])
    case array(type: UInt32, [Value])
  }

  struct TensorInfo: Equatable {
    let shape: [Int]  // innermost axis first, as it stands there
    let type: UInt32
    let bytes: [UInt8]
  }

  private(set) var keys: [String] = []
  private(set) var metadata: [String: Value] = [:]
  private(set) var tensors: [String: TensorInfo] = [:]
  private let bytes: [UInt8]
  private var position = 0

  init(_ path: String) throws {
    bytes = try contents(path)
    try #require(bytes.prefix(4) == Array("GGUF".utf8)[...])
    position = 4
    try #require(try number(UInt32.self) == 3)
    let tensorCount = try number(UInt64.self)
    let keyCount = try number(UInt64.self)
    for _ in 0..<keyCount {
      let key = String(decoding: try string(), as: UTF8.self)
      keys.append(key)
      metadata[key] = try value(of: try number(UInt32.self))
    }
    var infos: [(name: String, shape: [Int], type: UInt32, offset: Int)] = []
    for _ in 0..<tensorCount {
      let name = String(decoding: try string(), as: UTF8.self)
      #expect(name.utf8.count < 64)
      let axes = try number(UInt32.self)
      let shape = try (0..<axes).map { _ in Int(try number(UInt64.self)) }
      infos.append((name, shape, try number(UInt32.self), Int(try number(UInt64.self))))
    }
    position = (position + 31) / 32 * 32
    let start = position
    for info in infos {
      let width = try #require([0: 4, 1: 2, 30: 2][info.type])
      let count = info.shape.reduce(width, *)
      // llama.cpp wants each tensor where the one before it ends, filled up to 32 bytes.
      #expect(start + info.offset == (position + 31) / 32 * 32 && info.offset % 32 == 0)
      position = start + info.offset + count
      try #require(position <= bytes.count)
      tensors[info.name] = TensorInfo(
        shape: info.shape, type: info.type, bytes: Array(bytes[(position - count)..<position]))
    }
    #expect(tensors.count == infos.count && (position + 31) / 32 * 32 == bytes.count)
  }

  private mutating func number<Number: FixedWidthInteger>(_: Number.Type) throws -> Number {
    let width = MemoryLayout<Number>.size
    try #require(position + width <= bytes.count)
    defer { position += width }
    return bytes[position..<(position + width)].reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
  }

  private mutating func string() throws -> [UInt8] {
    let count = Int(try number(UInt64.self))
    try #require(count <= bytes.count - position)
    defer { position += count }
    return Array(bytes[position..<(position + count)])
  }

  private mutating func value(of type: UInt32) throws -> Value {
    switch type {
    case 4: return .uint32(try number(UInt32.self))
    case 5: return .int32(try number(Int32.self))
    case 6: return .float32(Float(bitPattern: try number(UInt32.self)))
    case 7: return .bool(try number(UInt8.self) != 0)
    case 8: return .string(try string())
    case 9:
      let element = try number(UInt32.self)
      let count = try number(UInt64.self)
      return .array(type: element, try (0..<count).map { _ in try value(of: element) })
    default:
      Issue.record("a value of type \(type)")
      throw CocoaError(.fileReadCorruptFile)
    }
  }
}
