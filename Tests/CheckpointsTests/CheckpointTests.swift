import Autograd
import Checkpoints
import Foundation
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
    try model.visitParameters { _, tensor in
      tensor = Tensor(
        normal: 1, shape: tensor.shape, key: RandomKey(seed: seed).derived(by: 9, number), elementType: .float32)
      number += 1
    }
    return Checkpoint(model: model, tokenizer: tokenizer)
  }
}

func expectEqual(_ a: GPT, _ b: GPT, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(a.config == b.config, sourceLocation: sourceLocation)
  for (a, b) in zip(a.parameters(), b.parameters()) {
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
      #expect(read.tokenizer == checkpoint.tokenizer)
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
        uniqueKeysWithValues: checkpoint.model.parameters().map { ($0.name, $0.tensor) })
      for (part, width) in [("weight", 16), ("bias", 1)] {
        let name = "model.layers.1.self_attn."
        let parts = try [("q", 16), ("k", 8), ("v", 8)].map { letter, rows in
          try file.tensor("\(name)\(letter)_proj.\(part)", shape: part == "bias" ? [rows] : [rows, width])
            .floats
        }
        #expect(parts.flatMap(\.self) == parameters["\(name)qkv_proj.\(part)"]?.floats)
      }
      for (name, tensor) in parameters where !name.contains("qkv_proj") {
        #expect(try file.tensor(name, shape: tensor.shape).floats == tensor.floats)
      }
    }
  }

  @Test("moments come back by the names of their weights") func optimizer() throws {
    try withTemporaryDirectory { directory in
      let checkpoint = try Samples.checkpoint()
      let shapes = checkpoint.model.parameters().map(\.tensor.shape)
      let moments = (0..<2).map { number in
        shapes.enumerated().map { index, shape in
          Tensor(
            normal: 1, shape: shape, key: RandomKey(seed: 5).derived(by: UInt64(number), UInt64(index)),
            elementType: .float32)
        }
      }
      let path = directory + "/c"
      try AtomicDirectory.write(to: path) { directory in
        try OptimizerFile(firstMoments: moments[0], secondMoments: moments[1])
          .write(into: &directory, model: checkpoint.model)
      }
      let read = try OptimizerFile(of: path, model: checkpoint.model)
      #expect(read.firstMoments.map(\.floats) == moments[0].map(\.floats))
      #expect(read.secondMoments.map(\.floats) == moments[1].map(\.floats))
      let file = try SafetensorsFile(path + "/optimizer.safetensors", ifMissing: "")
      #expect(
        try file.tensor("exp_avg.model.embed_tokens.weight", shape: shapes[0]).floats == moments[0][0].floats)
      #expect(
        try file.tensor("exp_avg_sq.model.embed_tokens.weight", shape: shapes[0]).floats
          == moments[1][0].floats)

      let other = try Samples.checkpoint(tiesHead: false).model
      #expect(throws: CheckpointError.self) { try OptimizerFile(of: path, model: other) }
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
  ) throws -> CheckpointError {
    try withTemporaryDirectory { directory in
      let path = directory + "/c"
      try Samples.checkpoint().write(to: path)
      try change(path)
      guard withNewManifest else { return try checkpointError { _ = try Checkpoint(directory: path) } }
      try AtomicDirectory.write(to: directory + "/d") { copy in
        for name in try names(in: path) where name != "manifest.json" {
          try copy.write(name) { file in
            try contents(path + "/" + name).withUnsafeBytes { try file.write($0) }
          }
        }
      }
      return try checkpointError { _ = try Checkpoint(directory: directory + "/d") }
    }
  }

  static let files = [
    "config.json", "manifest.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json",
  ]

  @Test("a file that is missing is named, with a way out", arguments: files)
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
      try write(Array(ModelConfigFile.json(of: config).pretty.utf8), to: path + "/config.json")
    }
    #expect(weights.description.hasSuffix("/d/model.safetensors: lm_head.weight is missing"))

    let vocabulary = try errorOfReading(withNewManifest: true) { path in
      let tokenizer = CharacterTokenizer(vocabularyOf: "ab")
      try write(Array(TokenizerFile.json(of: tokenizer).pretty.utf8), to: path + "/tokenizer.json")
    }
    let size = Samples.tokenizer.vocabularySize
    #expect(
      vocabulary.description.hasSuffix("model.vocab: 3 tokens, where config.json says vocab_size \(size)"))

    // A configuration of 2⁵² weights is refused before memory is asked for.
    let hostile = try errorOfReading(withNewManifest: true) { path in
      var config = Samples.config()
      config.layerCount = 1 << 24
      config.mlpWidth = 1 << 24
      try write(Array(ModelConfigFile.json(of: config).pretty.utf8), to: path + "/config.json")
    }
    #expect(hostile.description.contains("such a model would have about "))
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
          #expect(throws: CheckpointError.self, "\(name), byte \(index)") {
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
