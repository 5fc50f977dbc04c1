import Autograd
import Checkpoints
import Files
import Foundation
import Layers
import Randomness
import Testing
import Text
import Transformer

@Suite struct NanoChatTests {
  static let grouped: GPTConfig = {
    var config = GPTConfig(
      .nanochat, vocabularySize: 66, layerCount: 3, headCount: 6, keyValueHeadCount: 2, width: 48, mlpWidth: 100,
      contextLength: 32, tiesHead: true)
    (config.ropeTheta, config.normEpsilon) = (5000, 1e-5)
    return config
  }()
  static let plain = GPTConfig(
    .nanochat, vocabularySize: 66, layerCount: 1, headCount: 2, width: 8, contextLength: 16)

  /// The document of `plain` with `value` under `name`; nil removes the member.
  static func changed(_ name: String, to value: JSON?) -> JSONField {
    var document = NanoChat().json(of: plain)
    document[name] = value
    return JSONField(document, in: "config.json")
  }

  @Test("a configuration comes back", arguments: [grouped, plain])
  func roundTrip(config: GPTConfig) throws {
    let text = NanoChat().json(of: config).pretty
    let document = JSONField(try JSON(parsing: text, from: "config.json"), in: "config.json")
    #expect(try NanoChat().config(from: document) == config)
    #expect(architecture(of: config)?.modelType == "nanochat")
  }

  @Test("every field that transformers would fill in is there") func writesEveryField() throws {
    let text = NanoChat().json(of: Self.grouped).compact
    for member in [
      #""architectures":["NanoChatForCausalLM"]"#, #""model_type":"nanochat""#, #""dtype":"float32""#,
      #""vocab_size":66"#, #""hidden_size":48"#, #""intermediate_size":100"#, #""num_hidden_layers":3"#,
      #""num_attention_heads":6"#, #""num_key_value_heads":2"#, #""max_position_embeddings":32"#,
      #""hidden_act":"relu2""#, #""attention_dropout":0.0"#, #""rms_norm_eps":1e-05"#,
      #""rope_parameters":{"rope_type":"default","rope_theta":5000.0}"#, #""use_cache":true"#,
      #""final_logit_softcapping":15.0"#, #""attention_bias":false"#, #""bos_token_id":null"#, #""eos_token_id":null"#,
      #""pad_token_id":null"#, #""tie_word_embeddings":true"#, #""initializer_range":0.02"#,
    ] {
      #expect(text.contains(member), "\(member)")
    }
  }

  @Test("what may be left out or is of no matter is passed over") func tolerates() throws {
    for name in [
      "architectures", "attention_bias", "tie_word_embeddings", "use_cache", "hidden_act", "rms_norm_eps", "dtype",
      "bos_token_id", "rope_parameters", "final_logit_softcapping", "num_key_value_heads",
    ] {
      #expect(try NanoChat().config(from: Self.changed(name, to: nil)) == Self.plain, "\(name)")
    }
    for (name, value) in [
      ("transformers_version", "5.0"), ("head_dim", 4), ("final_logit_softcapping", 15), ("num_key_value_heads", nil),
    ] as [(String, JSON)] {
      #expect(try NanoChat().config(from: Self.changed(name, to: value)) == Self.plain, "\(name)")
    }
  }

  @Test(
    "another model is refused by field, value and what is supported",
    arguments: [
      ("model_type", "llama", #"model_type is "llama"; supported: "nanochat""#),
      ("hidden_act", "relu", #"hidden_act is "relu"; supported: "relu2""#),
      ("attention_bias", true, "attention_bias is true; supported: false"),
      ("architectures", ["LlamaForCausalLM"], #"architectures[0] is "LlamaForCausalLM"; supported: "NanoChatFor"#),
      ("final_logit_softcapping", 30, "final_logit_softcapping is 30; supported: 15.0"),
      ("final_logit_softcapping", nil, "final_logit_softcapping is null; supported: 15.0"),
      ("head_dim", 8, "head_dim is 8; supported: hidden_size / num_attention_heads, 4"),
      ("rope_parameters", ["rope_type": "yarn"], #"rope_parameters.rope_type is "yarn"; supported: "default""#),
      ("quantization_config", ["bits": 4], #"quantization_config is {"bits":4}; supported: null"#),
    ] as [(String, JSON, String)])
  func refusesOtherModels(name: String, value: JSON, reason: String) throws {
    let error = try fileError { _ = try NanoChat().config(from: Self.changed(name, to: value)) }
    guard case .unsupported("config.json", let found) = error else { throw error }
    #expect(found.hasPrefix(reason))
  }

  @Test(
    "numbers of which no model can be made are refused, however large",
    arguments: [
      "vocab_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "hidden_size",
      "intermediate_size", "max_position_embeddings",
    ])
  func refusesNumbers(name: String) throws {
    for value: JSON in [0, -1, .integer(.max), .integer(.min), .integer(1 << 25), 1.5, 1e300, "8", [:]] {
      #expect(throws: FileError.self, "\(value)") { try NanoChat().config(from: Self.changed(name, to: value)) }
    }
  }

  @Test("a window has no place in it, so that such a model is no checkpoint")
  func window() {
    var config = Self.plain
    config.slidingWindow = 4
    #expect(!NanoChat().holds(config) && architecture(of: config) == nil)
  }

  @Test("is read as transformers saves it again: with members of its own, in bfloat16")
  func resaved() throws {
    try withTemporaryDirectory { parent in
      let directory = parent + "/c"
      var config = Self.plain
      config.vocabularySize = Samples.tokenizer.vocabularySize
      // Multiples of 1/16 are exact in bfloat16 up to 16.
      let model = try GPT(config, key: RandomKey(seed: 2)).withoutZeroMatrices().mappingParameters { tensor in
        Tensor(tensor.floats.map { ($0 * 16).rounded() / 16 }, shape: tensor.shape)
      }
      try Checkpoint(model: model, tokenizer: Samples.tokenizer).write(to: directory)
      try FileManager.default.removeItem(atPath: directory + "/manifest.json")
      let tensors = try ForeignCheckpointTests.tensors(in: directory)
      try write(ForeignCheckpointTests.file(tensors, .BF16), to: directory + "/model.safetensors")
      var document = NanoChat().json(of: config)
      for (name, value) in [
        ("transformers_version", "5.24.0"), ("dtype", "bfloat16"), ("bos_token_id", 0), ("eos_token_id", 1),
        ("pad_token_id", 1),
      ] as [(String, JSON)] {
        document[name] = value
      }
      try write(Array(document.pretty.utf8), to: directory + "/config.json")
      expectEqual(try Checkpoint(directory: directory).model, model)
    }
  }

  @Test("a checkpoint comes back bit for bit, its tensors called as in transformers", arguments: [false, true])
  func checkpoint(tiesHead: Bool) throws {
    try withTemporaryDirectory { directory in
      let config = GPTConfig(
        .nanochat, vocabularySize: Samples.tokenizer.vocabularySize, layerCount: 2, headCount: 4, keyValueHeadCount: 2,
        width: 16, mlpWidth: 24, contextLength: 8, tiesHead: tiesHead)
      let model = try GPT(config, key: RandomKey(seed: 1)).withoutZeroMatrices()
      try Checkpoint(model: model, tokenizer: Samples.tokenizer).write(to: directory + "/c")
      expectEqual(try Checkpoint(directory: directory + "/c").model, model)

      let file = try SafetensorsFile(directory + "/c/model.safetensors", ifMissing: "")
      let maps = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.fc1", "mlp.fc2"]
      let ofBlocks = (0..<2).flatMap { layer in maps.map { "model.layers.\(layer).\($0).weight" } }
      let around = ["model.embed_tokens.weight"] + (tiesHead ? [] : ["lm_head.weight"])
      #expect(Set(file.header.entries.map(\.name)) == Set(ofBlocks + around))
      let expand = try #require(model.namedParameters.first { $0.name == "blocks.1.mlp.expand.weight" }?.tensor)
      #expect(try file.tensor("model.layers.1.mlp.fc1.weight", shape: [24, 16]).floats == expand.floats)
    }
  }
}
