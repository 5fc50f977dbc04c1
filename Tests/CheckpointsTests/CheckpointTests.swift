import Autograd
import Checkpoints
import Files
import Foundation
import Layers
import Randomness
import Testing
import Text
import Transformer

/// Small checkpoints of each kind.
enum Samples {
  static let text = "e\u{301}\r\n 😀 hello"
  static let tokenizer = CharacterTokenizer(vocabularyOf: text)

  static func config(tiesHead: Bool = true) -> GPTConfig {
    GPTConfig(
      vocabularySize: tokenizer.vocabularySize, layerCount: 2, headCount: 4, keyValueHeadCount: 2, width: 16,
      mlpWidth: 24, contextLength: 8, slidingWindow: 4, tiesHead: tiesHead)
  }

  static func checkpoint(tiesHead: Bool = true, seed: UInt64 = 1) throws -> Checkpoint {
    var model = try GPT(config(tiesHead: tiesHead), key: RandomKey(seed: seed))
    // Biases and gains are alike at the start; here every tensor is different.
    var number: UInt64 = 0
    model.visitParameters { _, tensor in
      tensor = .normal(tensor.shape, key: RandomKey(seed: seed).derived(by: 9, number))
      number += 1
    }
    return Checkpoint(model: model, tokenizer: tokenizer)
  }
}

func expectEqual(_ a: GPT, _ b: GPT, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(a.config == b.config, sourceLocation: sourceLocation)
  for (a, b) in zip(a.namedParameters, b.namedParameters) {
    #expect(a.name == b.name && a.tensor.shape == b.tensor.shape, sourceLocation: sourceLocation)
    #expect(a.tensor.floats == b.tensor.floats, "\(a.name)", sourceLocation: sourceLocation)
  }
}

@Suite struct CheckpointTests {
  @Test("a checkpoint comes back bit for bit", arguments: [true, false])
  func roundTrip(tiesHead: Bool) throws {
    try withTemporaryDirectory { directory in
      let checkpoint = try Samples.checkpoint(tiesHead: tiesHead)
      try checkpoint.write(to: directory + "/checkpoint-1")
      let read = try Checkpoint(directory: directory + "/checkpoint-1")
      expectEqual(read.model, checkpoint.model)
      #expect(read.tokenizer.isEqual(to: checkpoint.tokenizer))
      let tokens = try read.tokenizer.encode("hello")
      #expect(read.model.logits(tokens).floats == checkpoint.model.logits(tokens).floats)
    }
  }

  @Test("the tensors are Starcoder2's: queries, keys and values apart, in rows of the fused matrix")
  func tensors() throws {
    try withTemporaryDirectory { directory in
      let checkpoint = try Samples.checkpoint(tiesHead: false)
      try checkpoint.write(to: directory + "/c")
      let file = try SafetensorsFile(directory + "/c/model.safetensors", ifMissing: "")
      #expect(file.header.metadata == ["format": "pt"])
      #expect(file.header.entries.count == 2 * 16 + 4)
      let parameters = Dictionary(
        uniqueKeysWithValues: checkpoint.model.namedParameters.map { ($0.name, $0.tensor) })
      for (part, width) in [("weight", 16), ("bias", 1)] {
        let name = "model.layers.1.self_attn."
        let parts = try [("q", 16), ("k", 8), ("v", 8)].map { letter, rows in
          try file.tensor("\(name)\(letter)_proj.\(part)", shape: part == "bias" ? [rows] : [rows, width])
            .floats
        }
        #expect(parts.flatMap(\.self) == parameters["blocks.1.attention.qkv.\(part)"]?.floats)
      }
      for (name, stored) in [
        ("embedding.weight", "model.embed_tokens.weight"), ("norm.weight", "model.norm.weight"),
        ("norm.bias", "model.norm.bias"), ("head.weight", "lm_head.weight"),
        ("blocks.0.attention_norm.weight", "model.layers.0.input_layernorm.weight"),
        ("blocks.1.attention.output.bias", "model.layers.1.self_attn.o_proj.bias"),
        ("blocks.1.mlp_norm.bias", "model.layers.1.post_attention_layernorm.bias"),
        ("blocks.0.mlp.expand.weight", "model.layers.0.mlp.c_fc.weight"),
        ("blocks.1.mlp.contract.weight", "model.layers.1.mlp.c_proj.weight"),
      ] {
        let tensor = try #require(parameters[name])
        #expect(try file.tensor(stored, shape: tensor.shape).floats == tensor.floats)
      }
    }
  }

  @Test("an optimizer's state comes back by the names of its weights, whatever it is of each")
  func optimizer() throws {
    try withTemporaryDirectory { directory in
      let checkpoint = try Samples.checkpoint()
      // Two tensors of each weight's shape, and one of another.
      let kinds: [(String, ([Int]) -> [Int])] = [("exp_avg", { $0 }), ("exp_avg_sq", { $0 }), ("row", { [$0[0]] })]
      let state = kinds.enumerated().flatMap { number, kind in
        checkpoint.model.namedParameters.enumerated().map { index, parameter in
          let key = RandomKey(seed: 5).derived(by: UInt64(number), UInt64(index))
          return (
            name: "\(kind.0).\(parameter.name)",
            tensor: Tensor.normal(kind.1(parameter.tensor.shape), key: key)
          )
        }
      }
      let path = directory + "/c"
      try AtomicDirectory.writeWithManifest(to: path) { directory in
        try checkpoint.write(into: &directory)
        try OptimizerFile.write(state, of: checkpoint, into: &directory)
      }
      let shapes = state.map { ($0.name, $0.tensor.shape) }
      let read = try OptimizerFile(of: path, checkpoint.model.config, tensors: shapes)
      for (name, tensor) in state {
        #expect(try read.tensor(name, shape: tensor.shape).floats == tensor.floats, "\(name)")
      }
      let file = try SafetensorsFile(path + "/optimizer.safetensors", ifMissing: "")
      let moments = Dictionary(uniqueKeysWithValues: state)
      for kind in ["exp_avg", "exp_avg_sq"] {
        let moment = try #require(moments["\(kind).embedding.weight"])
        let stored = try file.tensor("\(kind).model.embed_tokens.weight", shape: moment.shape)
        #expect(stored.floats == moment.floats)
        let qkv = try #require(moments["\(kind).blocks.1.attention.qkv.weight"])
        let values = try file.tensor("\(kind).model.layers.1.self_attn.v_proj.weight", shape: [8, 16])
        #expect(values.floats == qkv.rows(24..<32).floats)
      }

      #expect(throws: FileError.self) {
        try OptimizerFile(of: path, checkpoint.model.config, tensors: Array(shapes.dropLast()))
      }
      #expect(throws: FileError.self) {
        try OptimizerFile(of: path, checkpoint.model.config, tensors: shapes + [("row.head.weight", [9])])
      }
    }
  }

  @Test("a checkpoint of equal contents is equal bytes") func deterministic() throws {
    try withTemporaryDirectory { directory in
      for name in ["/a", "/b"] { try Samples.checkpoint().write(to: directory + name) }
      let files = try names(in: directory + "/a")
      #expect(
        files == [
          "config.json", "manifest.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json",
        ])
      for file in files {
        #expect(try contents(directory + "/a/" + file) == contents(directory + "/b/" + file))
      }
    }
  }
}

@Suite struct DamagedCheckpointTests {
  /// A checkpoint whose files `change` has changed, and, if asked for, with a manifest of the changed files.
  private func errorOfReading(
    withNewManifest: Bool = false, _ change: (_ directory: String) throws -> Void
  ) throws -> FileError {
    try withTemporaryDirectory { directory in
      let path = directory + "/c"
      try Samples.checkpoint().write(to: path)
      try change(path)
      guard withNewManifest else { return try fileError { _ = try Checkpoint(directory: path) } }
      try AtomicDirectory.writeWithManifest(to: directory + "/d") { copy in
        for name in try names(in: path) where name != "manifest.json" {
          try copy.write(name) { file in
            try contents(path + "/" + name).withUnsafeBytes { try file.write($0) }
          }
        }
      }
      return try fileError { _ = try Checkpoint(directory: directory + "/d") }
    }
  }

  static let files = [
    "config.json", "manifest.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json",
  ]

  @Test("a file that is missing is named, with a way out", arguments: files.filter { $0 != "manifest.json" })
  func missing(name: String) throws {
    let error = try errorOfReading { try FileManager.default.removeItem(atPath: $0 + "/" + name) }
    guard case .missing(let path, let remedy) = error else { throw error }
    #expect(path.hasSuffix("/c/" + name) && remedy.contains("take another checkpoint"))
  }

  @Test("a file that is cut short is named", arguments: files)
  func truncated(name: String) throws {
    let error = try errorOfReading {
      try write(Array(try contents($0 + "/" + name).dropLast(2)), to: $0 + "/" + name)
    }
    #expect(error.description.contains("/c/" + name + ": "))
  }

  @Test(
    "a file of another checkpoint is named",
    arguments: ["config.json", "model.safetensors", "tokenizer.json"])
  func foreign(name: String) throws {
    let error = try errorOfReading { path in
      let config = GPTConfig(vocabularySize: 3, layerCount: 1, headCount: 1, width: 4, contextLength: 8)
      let model = try GPT(config, key: RandomKey(seed: 2))
      try Checkpoint(model: model, tokenizer: CharacterTokenizer(vocabularyOf: "ab")).write(
        to: path + "/other")
      try write(try contents(path + "/other/" + name), to: path + "/" + name)
    }
    guard case .damaged(let path, _) = error else { throw error }
    #expect(path.hasSuffix("/c/" + name))
  }

  @Test("parts that do not fit each other are refused even where the manifest vouches for them")
  func misfits() throws {
    let weights = try errorOfReading(withNewManifest: true) { path in
      let config = Samples.config(tiesHead: false)
      try write(Array(Starcoder2().json(of: config).pretty.utf8), to: path + "/config.json")
    }
    #expect(weights.description.hasSuffix("/d/model.safetensors: lm_head.weight is missing"))

    let vocabulary = try errorOfReading(withNewManifest: true) { path in
      let tokenizer = CharacterTokenizer(vocabularyOf: "ab")
      try write(Array(tokenizer.json.pretty.utf8), to: path + "/tokenizer.json")
    }
    let size = Samples.tokenizer.vocabularySize
    #expect(
      vocabulary.description.hasSuffix("model.vocab: 3 tokens, where config.json says vocab_size \(size)"))

    // A configuration of 2⁵² weights is refused before memory is asked for.
    let hostile = try errorOfReading(withNewManifest: true) { path in
      var config = Samples.config()
      config.layerCount = 1 << 24
      config.mlpWidth = 1 << 24
      try write(Array(Starcoder2().json(of: config).pretty.utf8), to: path + "/config.json")
    }
    #expect(hostile.description.contains("such a model would have about "))
  }

  @Test("a run's checkpoint that has lost its manifest is not whole") func runWithoutManifest() throws {
    let error = try errorOfReading { path in
      try FileManager.default.removeItem(atPath: path + "/manifest.json")
      try write(Array("{}".utf8), to: path + "/trainer_state.json")
    }
    guard case .missing(let path, _) = error else { throw error }
    #expect(path.hasSuffix("/c/manifest.json"))
  }

  @Test("any one byte changed in any file is noticed") func alterations() throws {
    try withTemporaryDirectory { directory in
      try Samples.checkpoint().write(to: directory + "/c")
      for name in Self.files {
        let path = directory + "/c/" + name
        let bytes = try contents(path)
        for index in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 150)) {
          var altered = bytes
          altered[index] ^= 0x08
          try write(altered, to: path)
          #expect(throws: FileError.self, "\(name), byte \(index)") {
            try Manifest(of: directory + "/c").verify(directory + "/c")
            _ = try Checkpoint(directory: directory + "/c")
          }
        }
        try write(bytes, to: path)
      }
      #expect(throws: Never.self) { try Checkpoint(directory: directory + "/c") }
    }
  }
}
