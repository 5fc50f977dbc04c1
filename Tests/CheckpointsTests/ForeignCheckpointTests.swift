import Autograd
import Checkpoints
import Files
import Foundation
import Testing
import Transformer

/// Checkpoints as transformers' `save_pretrained` leaves them.
@Suite("A checkpoint that another program has saved again")
struct ForeignCheckpointTests {
  /// How the elements of a file are stored, and the bytes of one.
  enum Form: String, CaseIterable { case F32, F16, BF16 }

  /// A checkpoint whose weights are exact in each form.
  static func checkpoint(tiesHead: Bool = true) throws -> Checkpoint {
    let checkpoint = try Samples.checkpoint(tiesHead: tiesHead)
    let model = checkpoint.model.mappingParameters { tensor in
      Tensor(tensor.floats.map { ($0 * 16).rounded() / 16 }, shape: tensor.shape)
    }
    return Checkpoint(model: model, tokenizer: checkpoint.tokenizer)
  }

  static func bytes(of value: Float, _ form: Form) -> [UInt8] {
    switch form {
    case .F32: withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init)
    case .BF16: withUnsafeBytes(of: UInt16(value.bitPattern >> 16).littleEndian, Array.init)
    case .F16:
      // 1, 8 and 23 bits become 1, 5 and 10; no sample is subnormal.
      withUnsafeBytes(
        of: (value == 0
          ? 0 : UInt16(value.bitPattern >> 16 & 0x8000) | UInt16((value.bitPattern >> 13 & 0x3FFFF) - (112 << 10)))
          .littleEndian, Array.init)
    }
  }

  /// A safetensors file of these tensors.
  static func file(_ tensors: [(name: String, tensor: Tensor)], _ form: Form) -> [UInt8] {
    var data: [UInt8] = []
    var header: JSON = ["__metadata__": ["format": "pt"]]
    for (name, tensor) in tensors {
      let start = data.count
      data += tensor.floats.flatMap { bytes(of: $0, form) }
      header[name] = [
        "dtype": .string(form.rawValue), "shape": .array(tensor.shape.map(JSON.integer)),
        "data_offsets": [.integer(start), .integer(data.count)],
      ]
    }
    return SafetensorsTests.file(header: header.compact) + data
  }

  /// The tensors of a checkpoint's file.
  static func tensors(in directory: String) throws -> [(name: String, tensor: Tensor)] {
    try Safetensors.read(directory + "/model.safetensors").map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
  }

  /// Calls `body` with a directory as it is saved again in this form, and the checkpoint that it is of.
  static func withResaved(
    _ form: Form = .F32, tiesHead: Bool = true,
    _ body: (_ directory: String, _ original: Checkpoint, _ tensors: [(name: String, tensor: Tensor)]) throws -> Void
  ) throws {
    try withTemporaryDirectory { parent in
      let directory = parent + "/c"
      let original = try checkpoint(tiesHead: tiesHead)
      try original.write(to: directory)
      try FileManager.default.removeItem(atPath: directory + "/manifest.json")
      try FileManager.default.removeItem(atPath: directory + "/tokenizer_config.json")
      let tensors = try tensors(in: directory)
      try write(file(tensors, form), to: directory + "/model.safetensors")
      try body(directory, original, tensors)
    }
  }

  @Test("is read without a manifest, in float32, float16 and bfloat16", arguments: Form.allCases, [true, false])
  func forms(form: Form, tiesHead: Bool) throws {
    try Self.withResaved(form, tiesHead: tiesHead) { directory, original, _ in
      let read = try Checkpoint(directory: directory)
      expectEqual(read.model, original.model)
      #expect(read.notes.count == 1 && read.notes[0].contains("has no manifest.json"))
      #expect(original.notes.isEmpty)
    }
  }

  @Test("is read with the templates that tokenizers writes for no post-processor")
  func postProcessors() throws {
    let template =
      #"{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{}}"#
    let special =
      #"{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}]}"#
    try Self.withResaved { directory, original, _ in
      let path = directory + "/tokenizer.json"
      let text = String(decoding: try contents(path), as: UTF8.self)
      func read(_ processor: String) throws -> Checkpoint {
        let changed = text.replacingOccurrences(
          of: #""post_processor": null"#, with: #""post_processor": \#(processor)"#)
        try write(Array(changed.utf8), to: path)
        return try Checkpoint(directory: directory)
      }
      for identity in [template, #"{"type":"Sequence","processors":[]}"#] {
        #expect(try read(identity).tokenizer.isEqual(to: original.tokenizer))
      }
      for other in [special, #"{"type":"ByteLevel"}"#] {
        #expect(try fileError { _ = try read(other) }.description.contains("tokenizer.json: post_processor is {"))
      }
    }
  }

  @Test("is read with its weights in several files, whose names lead nowhere else") func shards() throws {
    try Self.withResaved { directory, original, tensors in
      try FileManager.default.removeItem(atPath: directory + "/model.safetensors")
      let names = (1...3).map { "model-0000\($0)-of-00003.safetensors" }
      let shards = (0..<3).map { number in tensors.enumerated().filter { $0.offset % 3 == number }.map(\.element) }
      for (name, shard) in zip(names, shards) { try write(Self.file(shard, .F32), to: "\(directory)/\(name)") }
      var map: JSON = [:]
      for (name, shard) in zip(names, shards) { for tensor in shard { map[tensor.name] = .string(name) } }
      func read(_ map: JSON) throws -> Checkpoint {
        let index: JSON = ["metadata": ["total_size": 1], "weight_map": map]
        try write(Array(index.pretty.utf8), to: directory + "/model.safetensors.index.json")
        return try Checkpoint(directory: directory)
      }
      expectEqual(try read(map).model, original.model)

      let first = tensors[0].name
      for outside in ["../c/\(names[0])", "..", "/\u{301}x.safetensors", "../\u{301}x.safetensors", "x.bin", ""] {
        var map = map
        map[first] = .string(outside)
        #expect(
          try fileError { _ = try read(map) }.description.contains("not the name of a safetensors file beside it"))
      }
      for (change, reason) in [
        (
          { $0[first] = .string(names[1]) },
          "\(names[0]): \(first) is not where model.safetensors.index.json says it is"
        ),
        ({ $0[first] = nil }, "\(names[0]): \(first) is not where model.safetensors.index.json says it is"),
        ({ $0["more"] = .string(names[1]) }, "index.json: more is in none of the files"),
        ({ $0["more"] = "none.safetensors" }, "none.safetensors: not found; model.safetensors.index.json lists it"),
        ({ $0 = [] }, "weight_map: expected an object, found []"),
      ] as [((inout JSON) -> Void, String)] {
        var map = map
        change(&map)
        #expect(try fileError { _ = try read(map) }.description.contains(reason), "\(reason)")
      }
      // One tensor in two files.
      try write(Self.file(shards[1] + [tensors[0]], .F32), to: "\(directory)/\(names[1])")
      #expect(throws: FileError.self) { try read(map) }
    }
  }

  @Test("may have its tied head besides, if it is the embedding") func tiedHead() throws {
    try Self.withResaved { directory, original, tensors in
      let embedding = try #require(tensors.first { $0.name == "model.embed_tokens.weight" }).tensor
      let path = directory + "/model.safetensors"
      try write(Self.file(tensors + [("lm_head.weight", embedding)], .F32), to: path)
      expectEqual(try Checkpoint(directory: directory).model, original.model)

      var other = embedding.floats
      other[other.count - 1] += 1
      let head = Tensor(other, shape: embedding.shape)
      try write(Self.file(tensors + [("lm_head.weight", head)], .F32), to: path)
      #expect(
        try fileError { _ = try Checkpoint(directory: directory) }.description.contains(
          "lm_head.weight differs from the embedding"))
      let narrow = Tensor(
        Array(other.dropLast(embedding.shape[1])), shape: [embedding.shape[0] - 1, embedding.shape[1]])
      try write(Self.file(tensors + [("lm_head.weight", narrow)], .F32), to: path)
      #expect(
        try fileError { _ = try Checkpoint(directory: directory) }.description.contains("lm_head.weight has shape"))
    }
  }

  @Test("is refused by name where its weights are a pickle, or of a type that is not read") func unsupported() throws {
    try Self.withResaved { directory, _, tensors in
      let path = directory + "/model.safetensors"
      let bytes = String(decoding: Self.file(tensors, .F32), as: UTF8.self)
      #expect(bytes.contains("F32"))
      var quantized = Self.file(tensors, .F32)
      let place = try #require(quantized.indices.first { quantized[$0...].starts(with: "F32".utf8) })
      quantized.replaceSubrange(place..<(place + 3), with: "I32".utf8)
      try write(quantized, to: path)
      #expect(try fileError { _ = try Checkpoint(directory: directory) }.description.contains("is stored as I32"))

      try FileManager.default.moveItem(atPath: path, toPath: directory + "/pytorch_model.bin")
      let error = try fileError { _ = try Checkpoint(directory: directory) }
      #expect(error.description.contains("pytorch_model.bin: a pickle"))
    }
  }
}
