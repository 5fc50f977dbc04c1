import Autograd
import Checkpoints
import NGrams
import Randomness
import Testing
import Text
import Transformer

@Suite("A checkpoint as llama.cpp opens it")
struct GGUFTests {
  /// A checkpoint in which every tensor is different, without a window.
  private func checkpoint(tiesHead: Bool = true, text: String = Samples.text) throws -> Checkpoint {
    let tokenizer = CharacterTokenizer(vocabularyOf: text)
    var config = Samples.config(tiesHead: tiesHead)
    (config.vocabularySize, config.slidingWindow) = (tokenizer.vocabularySize, nil)
    var model = try GPT(config, key: RandomKey(seed: 1))
    var number: UInt64 = 0
    model.visitParameters { _, tensor in
      tensor = .normal(tensor.shape, key: RandomKey(seed: 9).derived(by: number))
      number += 1
    }
    return Checkpoint(model: model, tokenizer: tokenizer)
  }

  private func exported(_ checkpoint: Checkpoint, _ type: StoredElementType = .float32) throws -> GGUFReader {
    try withTemporaryDirectory { directory in
      try CheckpointExport(checkpoint, as: .gguf, in: type).write(to: directory + "/model.gguf")
      #expect(try names(in: directory) == ["model.gguf"])
      return try GGUFReader(directory + "/model.gguf")
    }
  }

  @Test("the keys are those that llama.cpp asks for, of exactly its types")
  func keys() throws {
    let file = try exported(checkpoint())
    #expect(file.keys.first == "general.architecture" && Set(file.keys).count == file.keys.count)
    let model = file.metadata.filter { $0.key.hasPrefix("general.") || $0.key.hasPrefix("starcoder2.") }
    #expect(
      model == [
        "general.architecture": .string(Array("starcoder2".utf8)), "general.file_type": .uint32(0),
        "starcoder2.context_length": .uint32(8), "starcoder2.embedding_length": .uint32(16),
        "starcoder2.block_count": .uint32(2), "starcoder2.feed_forward_length": .uint32(24),
        "starcoder2.attention.head_count": .uint32(4), "starcoder2.attention.head_count_kv": .uint32(2),
        "starcoder2.attention.layer_norm_epsilon": .float32(1e-5), "starcoder2.rope.dimension_count": .uint32(4),
        "starcoder2.rope.freq_base": .float32(10_000),
      ])
  }

  @Test(
    "the vocabulary is one of pieces, the space a ▁, the end of a text and <unk> the same, and nothing put before a text"
  )
  func vocabulary() throws {
    let text = "a b\0\n😀e\u{301}"
    let file = try exported(checkpoint(text: text))
    let pieces = ["<unk>", "<0x00>", "\n", "\u{2581}", "a", "b", "e", "\u{301}", "😀"]
    #expect(file.metadata["tokenizer.ggml.model"] == .string(Array("llama".utf8)))
    #expect(file.metadata["tokenizer.ggml.tokens"] == .array(type: 8, pieces.map { .string(Array($0.utf8)) }))
    let types: [Int32] = [2, 6, 1, 1, 1, 1, 1, 1, 1]
    #expect(file.metadata["tokenizer.ggml.token_type"] == .array(type: 5, types.map { .int32($0) }))
    #expect(file.metadata["tokenizer.ggml.scores"] == .array(type: 6, pieces.map { _ in .float32(0) }))
    for name in ["bos", "eos", "unknown"] { #expect(file.metadata["tokenizer.ggml.\(name)_token_id"] == .uint32(0)) }
    for name in ["bos_token", "eos_token", "space_prefix"] {
      #expect(file.metadata["tokenizer.ggml.add_\(name)"] == .bool(false))
    }
  }

  @Test("the tensors are the model's, row by row; queries, keys and values apart", arguments: [true, false])
  func tensors(tiesHead: Bool) throws {
    let checkpoint = try checkpoint(tiesHead: tiesHead)
    let file = try exported(checkpoint)
    let own = Dictionary(uniqueKeysWithValues: checkpoint.model.namedParameters.map { ($0.name, $0.tensor) })
    var expected = [
      "token_embd.weight": "embedding.weight", "output_norm.weight": "norm.weight", "output_norm.bias": "norm.bias",
    ]
    if !tiesHead { expected["output.weight"] = "head.weight" }
    for layer in 0..<2 {
      for kind in ["weight", "bias"] {
        for (theirs, ours) in [
          ("attn_norm", "attention_norm"), ("attn_output", "attention.output"), ("ffn_norm", "mlp_norm"),
          ("ffn_up", "mlp.expand"), ("ffn_down", "mlp.contract"),
        ] {
          expected["blk.\(layer).\(theirs).\(kind)"] = "blocks.\(layer).\(ours).\(kind)"
        }
        // Four heads of queries and two each of keys and values, 4 wide.
        let packed = try #require(own["blocks.\(layer).attention.qkv.\(kind)"]).floats
        let width = packed.count / 32
        for (letter, rows) in [("q", 0..<16), ("k", 16..<24), ("v", 24..<32)] {
          let tensor = try #require(file.tensors["blk.\(layer).attn_\(letter).\(kind)"])
          #expect(tensor.bytes == bytes(Array(packed[(rows.lowerBound * width)..<(rows.upperBound * width)])))
          #expect(tensor.shape == (kind == "weight" ? [16, rows.count] : [rows.count]) && tensor.type == 0)
        }
      }
    }
    for (theirs, ours) in expected {
      let (tensor, parameter) = (try #require(file.tensors[theirs], "\(theirs)"), try #require(own[ours], "\(ours)"))
      #expect(tensor.bytes == bytes(parameter.floats) && tensor.shape == parameter.shape.reversed(), "\(theirs)")
    }
    #expect(file.tensors.count == expected.count + 2 * 2 * 3)
  }

  private func bytes(_ floats: [Float]) -> [UInt8] {
    floats.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }
  }

  @Test("in 16 bits, matrices are rounded, and norms and biases stay float32", arguments: [true, false])
  func halved(isFloat16: Bool) throws {
    let checkpoint = try checkpoint()
    let file = try exported(checkpoint, isFloat16 ? .float16 : .bfloat16)
    #expect(file.metadata["general.file_type"] == .uint32(isFloat16 ? 1 : 32))
    for (name, tensor) in file.tensors {
      #expect(tensor.type == (tensor.shape.count == 1 ? 0 : isFloat16 ? 1 : 30), "\(name)")
    }
    let own = try #require(checkpoint.model.namedParameters.first { $0.name == "embedding.weight" }).tensor.floats
    let stored = try #require(file.tensors["token_embd.weight"]).bytes
    #expect(stored.count == 2 * own.count)
  }

  @Test("a model, a vocabulary or a weight that cannot be expressed is refused by name")
  func refused() throws {
    func refusal(_ checkpoint: Checkpoint, _ type: StoredElementType = .float32) throws -> ExportError {
      try #require(throws: ExportError.self) { try CheckpointExport(checkpoint, as: .gguf, in: type) }
    }
    #expect(try refusal(Samples.checkpoint()) == .slidingWindow(4, contextLength: 8))
    #expect(try refusal(checkpoint(text: "a \u{2581}b")) == .spaceMark("\u{2581}"))
    let nanochat = try GPT(
      GPTConfig(
        .nanochat, vocabularySize: Samples.tokenizer.vocabularySize, layerCount: 1, headCount: 2, width: 8,
        contextLength: 8), key: RandomKey(seed: 1))
    #expect(
      try refusal(Checkpoint(model: nanochat, tokenizer: Samples.tokenizer)) == .architecture(modelType: "nanochat"))
    let large = try checkpoint().model.mappingParameters { $0 * 1e6 }
    guard
      case .tooLarge(_, _, type: "float16") = try refusal(
        Checkpoint(model: large, tokenizer: Samples.tokenizer), .float16)
    else {
      Issue.record("another error")
      return
    }
  }

  @Test("a window as long as the context, or longer, is none") func wholeWindow() throws {
    var config = try checkpoint().model.config
    config.slidingWindow = 8
    let model = try GPT(config, key: RandomKey(seed: 1))
    #expect(try exported(Checkpoint(model: model, tokenizer: Samples.tokenizer)).tensors.count == 3 + 2 * 16)
  }
}
