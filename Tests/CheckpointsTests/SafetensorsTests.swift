import Autograd
import Checkpoints
import Files
import Testing

@Suite struct SafetensorsTests {
  @Test("tensors of a program's own come back by their names") func publicForm() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/net.safetensors"
      let tensors = [("b", Tensor([[1, 2], [3, 4]])), ("a", Tensor([0.1], shape: [1], elementType: .float64))]
      try Safetensors.write(tensors, to: path)
      let read = try Safetensors.read(path)
      #expect(Set(read.keys) == ["a", "b"])
      #expect(read["b"]?.shape == [2, 2] && read["b"]?.floats == [1, 2, 3, 4])
      #expect(read["a"]?.elementType == .float64 && read["a"]?.scalars == [0.1])
      #expect(throws: FileError.self) { try Safetensors.read(directory + "/none") }
    }
  }

  static let tensors: [(name: String, tensor: Tensor)] = [
    ("b", Tensor([1, -2, 3.5, .infinity] as [Float], shape: [2, 2])),
    ("wide", Tensor([0.1, 1e300], shape: [2, 1], elementType: .float64)),
    ("a", Tensor([7] as [Float], shape: [])),
    ("none", Tensor([] as [Float], shape: [0, 3])),
  ]

  static func bytes(of tensors: [(name: String, tensor: Tensor)]) throws -> [UInt8] {
    try withTemporaryDirectory { directory in
      try DurableFile.replace(directory + "/x") { try $0.write(safetensors: tensors) }
      return try contents(directory + "/x")
    }
  }

  /// A file of the given header and as many zero bytes.
  static func file(header: String, dataByteCount: Int = 0) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init)
      + Array(header.utf8) + [UInt8](repeating: 0, count: dataByteCount)
  }

  /// Writes `bytes` to a file, opens it and reads every tensor.
  static func read(_ bytes: [UInt8]) throws -> [String: Tensor] {
    try withTemporaryDirectory { try read(bytes, in: $0) }
  }

  static func read(_ bytes: [UInt8], in directory: String) throws -> [String: Tensor] {
    try write(bytes, to: directory + "/x")
    let file = try SafetensorsFile(directory + "/x", ifMissing: "")
    let tensors = try file.header.entries.map { ($0.name, try file.tensor($0.name, shape: $0.shape)) }
    return Dictionary(uniqueKeysWithValues: tensors)
  }

  @Test("tensors come back bit for bit") func roundTrip() throws {
    let read = try Self.read(try Self.bytes(of: Self.tensors))
    #expect(read.count == Self.tensors.count)
    for (name, tensor) in Self.tensors {
      let copy = try #require(read[name])
      #expect(copy.shape == tensor.shape && copy.elementType == tensor.elementType)
      #expect(copy.withUnsafeBytes(Array.init) == tensor.withUnsafeBytes(Array.init))
    }
  }

  @Test("the layout is the reference's: wide elements first, then names; the header filled to 8 bytes")
  func layout() throws {
    let bytes = try Self.bytes(of: Self.tensors)
    let header =
      #"{"__metadata__":{"format":"pt"},"wide":{"dtype":"F64","shape":[2,1],"data_offsets":[0,16]},"#
      + #""a":{"dtype":"F32","shape":[],"data_offsets":[16,20]},"#
      + #""b":{"dtype":"F32","shape":[2,2],"data_offsets":[20,36]},"#
      + #""none":{"dtype":"F32","shape":[0,3],"data_offsets":[36,36]}}"#
    let padded = header + String(repeating: " ", count: -header.utf8.count & 7)
    #expect(bytes.prefix(bytes.count - 36) == Self.file(header: padded)[...])
  }

  @Test("tensors begin at a multiple of 8 bytes, however long the names") func aligned() throws {
    for length in 1...8 {
      let name = String(repeating: "n", count: length)
      let bytes = try Self.bytes(of: [(name, Tensor([7] as [Float], shape: [1]))])
      #expect((bytes.count - 4).isMultiple(of: 8))
    }
  }

  @Test("equal tensors give equal bytes, in whatever order they are given") func deterministic() throws {
    #expect(try Self.bytes(of: Self.tensors) == Self.bytes(of: Self.tensors.reversed()))
  }

  @Test("a header may have spaces around it and no metadata") func tolerates() throws {
    let read = try Self.read(
      Self.file(header: #"  {"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  "#, dataByteCount: 4))
    #expect(read["t"]?.floats == [0])
    #expect(try Self.read(Self.file(header: "{}")).isEmpty)
  }

  /// Every float16 there is, against the processor's own conversion; of NaNs, that they are the same NaN.
  @Test("float16 is read as the float32 of the same value, subnormals, infinities and NaNs included")
  func float16() throws {
    let bits = (0...UInt16.max).map(\.self)
    let header = #"{"h":{"dtype":"F16","shape":[65536],"data_offsets":[0,131072]}}"#
    let bytes = bits.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    let read = try #require(try Self.read(Self.file(header: header) + bytes)["h"])
    #expect(read.elementType == .float32)
    let values = read.floats
    for (literal, value) in [
      (0x0000, 0.0), (0x8000, -0.0), (0x0001, 0x1p-24), (0x03FF, 0x1p-14 - 0x1p-24), (0x0400, 0x1p-14),
      (0x3555, 0x1.554p-2),
      (0x3C00, 1), (0xC000, -2), (0x7BFF, 65_504), (0x7C00, .infinity), (0xFC00, -.infinity),
    ] as [(Int, Float)] {
      #expect(values[literal].bitPattern == value.bitPattern, "\(String(literal, radix: 16))")
    }
    #expect(values[0x7E01].bitPattern == 0x7FC0_2000 && values[0xFC01].bitPattern == 0xFF80_2000)
    #if !((os(macOS) || targetEnvironment(macCatalyst)) && arch(x86_64))
      let wrong = bits.filter { !Float16(bitPattern: $0).isNaN && values[Int($0)] != Float(Float16(bitPattern: $0)) }
      #expect(wrong.isEmpty)
    #endif
  }

  @Test("bfloat16 is read as the float32 that it is the upper half of") func bfloat16() throws {
    let header = #"{"b":{"dtype":"BF16","shape":[2,3],"data_offsets":[0,12]}}"#
    let bits: [UInt16] = [0x3F80, 0xC040, 0x0001, 0x7F80, 0x8000, 0x7FC1]
    let read = try #require(
      try Self.read(Self.file(header: header) + bits.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })["b"])
    #expect(read.shape == [2, 3] && read.floats.map(\.bitPattern) == bits.map { UInt32($0) << 16 })
  }

  @Test("a tensor of another name or shape, and one too many, are named") func namesTensors() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/x"
      try DurableFile.replace(path) { try $0.write(safetensors: Self.tensors) }
      let file = try SafetensorsFile(path, ifMissing: "")
      #expect(
        try fileError { _ = try file.tensor("c", shape: [1]) }
          == .malformed(file: path, reason: "c is missing"))
      #expect(
        try fileError { _ = try file.tensor("b", shape: [4]) }
          == .malformed(file: path, reason: "b has shape [2, 2], where the configuration demands [4]"))
      #expect(
        try fileError { try file.requireNoneBut(["wide", "b", "none"]) }
          == .malformed(file: path, reason: "a is no parameter of this configuration"))
    }
  }
}

@Suite struct HostileSafetensorsTests {
  private static func entry(
    _ name: String, _ shape: String, _ offsets: String, type: String = "F32"
  ) -> String {
    #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}"#
  }

  @Test(
    "a header that lies is refused",
    arguments: [
      ("overlap", "{\(entry("a", "[1]", "[0,4]")),\(entry("b", "[1]", "[0,4]"))}", 4),
      ("partial overlap", "{\(entry("a", "[2]", "[0,8]")),\(entry("b", "[2]", "[4,12]"))}", 12),
      ("gap", "{\(entry("a", "[1]", "[0,4]")),\(entry("b", "[1]", "[8,12]"))}", 12),
      ("gap at the beginning", "{\(entry("a", "[1]", "[4,8]"))}", 8),
      ("rest after the last", "{\(entry("a", "[1]", "[0,4]"))}", 5),
      ("data missing", "{\(entry("a", "[1]", "[0,4]"))}", 2),
      ("shape too small", "{\(entry("a", "[1]", "[0,8]"))}", 8),
      ("shape too large", "{\(entry("a", "[3]", "[0,8]"))}", 8),
      ("backward offsets", "{\(entry("a", "[0]", "[4,0]"))}", 0),
      ("three offsets", "{\(entry("a", "[1]", "[0,4,8]"))}", 4),
      ("negative offset", "{\(entry("a", "[1]", "[-4,0]"))}", 0),
      ("negative length", "{\(entry("a", "[-1]", "[0,4]"))}", 4),
      ("a length that is no integer", "{\(entry("a", "[1.0]", "[0,4]"))}", 4),
      ("length 2⁶⁴ − 2", "{\(entry("a", "[18446744073709551614]", "[0,4]"))}", 4),
      ("product overflow", "{\(entry("a", "[2,9223372036854775807]", "[0,4]"))}", 4),
      ("product overflow to zero", "{\(entry("a", "[4294967296,4294967296]", "[0,0]"))}", 0),
      ("byte count overflow", "{\(entry("a", "[4611686018427387904]", "[0,0]"))}", 0),
      ("name twice", "{\(entry("a", "[1]", "[0,4]")),\(entry("a", "[1]", "[0,4]"))}", 4),
      ("field twice", #"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4),
      ("no shape", #"{"a":{"dtype":"F32","data_offsets":[0,4]}}"#, 4),
      ("metadata that is no string", #"{"__metadata__":{"n":1}}"#, 0),
      ("no object", "[]", 0), ("no JSON", "{", 0), ("empty header", "", 0),
      ("unknown element type", "{\(entry("a", "[2]", "[0,2]", type: "I8"))}", 2),
      ("halves that are counted as floats", "{\(entry("a", "[1]", "[0,4]", type: "F16"))}", 4),
      ("seventeen axes", "{\(entry("a", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "[0,4]"))}", 4),
    ])
  func refuses(what: String, header: String, dataByteCount: Int) throws {
    let bytes = SafetensorsTests.file(header: header, dataByteCount: dataByteCount)
    #expect(throws: FileError.self, "\(what)") { try SafetensorsTests.read(bytes) }
  }

  @Test(
    "a header longer than the file or than the bound is refused before memory is taken",
    arguments: [9, 1 << 20, (8 << 20) + 1, UInt64(Int64.max), UInt64.max] as [UInt64])
  func refusesLength(length: UInt64) throws {
    let bytes = withUnsafeBytes(of: length.littleEndian, Array.init) + Array("{}      ".utf8)
    #expect(throws: FileError.self) { try SafetensorsTests.read(bytes) }
  }

  @Test("a header of more than 8 MiB is refused though the file holds it") func refusesLongHeader() throws {
    let spaces = String(repeating: " ", count: 8 << 20)
    #expect(try SafetensorsTests.read(SafetensorsTests.file(header: "{}" + spaces.dropLast(2))).isEmpty)
    let error = try fileError { _ = try SafetensorsTests.read(SafetensorsTests.file(header: "{}" + spaces)) }
    #expect(error.description.hasSuffix("a header of 8388610 bytes; at most 8388608 are read"))
  }

  @Test("what a file calls its tensors and types is shown without what a terminal obeys, and cut") func shown() throws {
    let name = "\u{1B}[2J" + String(repeating: "n", count: 1 << 16)
    let header = "{\(JSON.string(name).compact):\(Self.entry("", "[1]", "[0,4]", type: "\\u001b]0;x").dropFirst(3))}"
    let error = try fileError {
      _ = try SafetensorsTests.read(SafetensorsTests.file(header: header, dataByteCount: 4))
    }
    #expect(error.description.contains("\\u{1B}[2Jnnn") && error.description.contains("\\u{1B}]0;x"))
    #expect(error.description.utf8.count < 1000 && !error.description.unicodeScalars.contains("\u{1B}"))
  }

  @Test("names that only look alike are two tensors, and neither stands for the other") func exactNames() throws {
    let (composed, decomposed) = ("\u{e9}", "e\u{301}")
    let header = "{\(Self.entry(composed, "[1]", "[0,4]")),\(Self.entry(decomposed, "[2]", "[4,12]"))}"
    try withTemporaryDirectory { directory in
      try write(SafetensorsTests.file(header: header, dataByteCount: 12), to: directory + "/x")
      let file = try SafetensorsFile(directory + "/x", ifMissing: "")
      #expect(try file.tensor(composed, shape: [1]).count == 1)
      #expect(try file.tensor(decomposed, shape: [2]).count == 2)
      #expect(throws: FileError.self) { try Safetensors.read(directory + "/x") }
      try write(
        SafetensorsTests.file(header: "{\(Self.entry("K", "[1]", "[0,4]"))}", dataByteCount: 4), to: directory + "/y")
      let other = try SafetensorsFile(directory + "/y", ifMissing: "")
      #expect(throws: FileError.self) { try other.tensor("\u{212A}", shape: [1]) }
      #expect(throws: FileError.self) { try other.requireNoneBut(["\u{212A}"]) }
    }
  }

  @Test("twenty thousand tensors over one span are refused in bounded time")
  func overlappingTensors() throws {
    let entries = (0..<20_000).map { Self.entry("t\($0)", "[200,200]", "[0,160000]") }
    let bytes = SafetensorsTests.file(header: "{\(entries.joined(separator: ","))}", dataByteCount: 160_000)
    #expect(throws: FileError.self) { try SafetensorsTests.read(bytes) }
  }

  @Test("a file cut short anywhere is refused") func truncation() throws {
    let bytes = try SafetensorsTests.bytes(of: SafetensorsTests.tensors)
    try withTemporaryDirectory { directory in
      for length in bytes.indices {
        #expect(throws: FileError.self) {
          try SafetensorsTests.read(Array(bytes[..<length]), in: directory)
        }
      }
    }
  }

  @Test("a file with any one bit flipped is read or refused, never a trap") func bitFlips() throws {
    let bytes = try SafetensorsTests.bytes(of: SafetensorsTests.tensors)
    let refused = try withTemporaryDirectory { directory in
      try (0..<bytes.count * 8).count { bit in
        var damaged = bytes
        damaged[bit / 8] ^= 1 << (bit % 8)
        do {
          _ = try SafetensorsTests.read(damaged, in: directory)
          return false
        } catch is FileError {
          return true
        }
      }
    }
    #expect(refused > 1000)  // most of the header's bits matter
  }
}
