import Checkpoints
import Files
import Testing
import Transformer

@Suite struct Starcoder2Tests {
  static let grouped: GPTConfig = {
    var config = GPTConfig(
      vocabularySize: 66, layerCount: 3, headCount: 6, keyValueHeadCount: 2, width: 48, mlpWidth: 100,
      contextLength: 32, slidingWindow: 8, tiesHead: false)
    config.ropeTheta = 5000
    config.normEpsilon = 1e-6
    return config
  }()
  static let plain = GPTConfig(vocabularySize: 66, layerCount: 1, headCount: 2, width: 8, contextLength: 16)

  /// The document of `plain` with `value` under `name`; nil removes the member.
  static func changed(_ name: String, to value: JSON?) -> JSONField {
    var document = Starcoder2().json(of: plain)
    document[name] = value
    return JSONField(document, in: "config.json")
  }

  @Test("a configuration comes back", arguments: [grouped, plain])
  func roundTrip(config: GPTConfig) throws {
    let text = Starcoder2().json(of: config).pretty
    let document = JSONField(try JSON(parsing: text, from: "config.json"), in: "config.json")
    #expect(try Starcoder2().config(from: document) == config)
  }

  @Test("every field that transformers would fill in is there") func writesEveryField() throws {
    let text = Starcoder2().json(of: Self.grouped).compact
    for member in [
      #""architectures":["Starcoder2ForCausalLM"]"#, #""model_type":"starcoder2""#,
      #""torch_dtype":"float32""#,
      #""dtype":"float32""#, #""vocab_size":66"#, #""hidden_size":48"#, #""intermediate_size":100"#,
      #""num_hidden_layers":3"#, #""num_attention_heads":6"#, #""num_key_value_heads":2"#,
      #""hidden_act":"gelu_pytorch_tanh""#, #""max_position_embeddings":32"#, #""initializer_range":0.02"#,
      #""norm_epsilon":1e-06"#, #""use_cache":true"#, #""bos_token_id":null"#, #""eos_token_id":null"#,
      #""pad_token_id":null"#, #""sliding_window":8"#, #""attention_dropout":0.0"#,
      #""residual_dropout":0.0"#,
      #""embedding_dropout":0.0"#, #""use_bias":true"#, #""rope_theta":5000.0"#,
      #""rope_parameters":{"rope_type":"default","rope_theta":5000.0}"#, #""tie_word_embeddings":false"#,
    ] {
      #expect(text.contains(member))
    }
    #expect(!text.contains("head_dim"))  // null there breaks older transformers
  }

  @Test("rotary's θ is had from either spelling, the newer one first") func ropeSpellings() throws {
    let newer: JSON = ["rope_type": "default", "rope_theta": 500.0]
    #expect(try Starcoder2().config(from: Self.changed("rope_parameters", to: newer)).ropeTheta == 500)
    #expect(try Starcoder2().config(from: Self.changed("rope_theta", to: nil)).ropeTheta == 10_000)
    var older = Starcoder2().json(of: Self.plain)
    older["rope_parameters"] = nil
    older["rope_theta"] = 70
    #expect(try Starcoder2().config(from: JSONField(older, in: "")).ropeTheta == 70)
  }

  @Test("what may be left out or is of no matter is passed over") func tolerates() throws {
    for name in [
      "architectures", "use_bias", "sliding_window", "tie_word_embeddings", "torch_dtype", "use_cache", "hidden_act",
      "norm_epsilon", "dtype", "bos_token_id",
    ] {
      #expect(try Starcoder2().config(from: Self.changed(name, to: nil)) == Self.plain)
    }
    #expect(try Starcoder2().config(from: Self.changed("transformers_version", to: "5.0")) == Self.plain)
    #expect(try Starcoder2().config(from: Self.changed("head_dim", to: 4)) == Self.plain)
    for (name, value) in [
      ("rope_scaling", ["rope_type": "default"]), ("rope_scaling", ["type": "default"]), ("torch_dtype", "float16"),
      ("dtype", "bfloat16"), ("quantization_config", nil), ("rope_parameters", nil),
    ] as [(String, JSON)] {
      #expect(try Starcoder2().config(from: Self.changed(name, to: value)) == Self.plain, "\(name)")
    }
  }

  @Test(
    "another model is refused by field, value and what is supported",
    arguments: [
      ("model_type", "llama", #"model_type is "llama"; supported: "starcoder2""#),
      ("model_type", nil, #"model_type is missing; supported: "starcoder2""#),
      ("hidden_act", "relu", #"hidden_act is "relu"; supported: "gelu_pytorch_tanh""#),
      ("use_bias", false, "use_bias is false; supported: true"),
      (
        "architectures", ["GPT2LMHeadModel"],
        #"architectures[0] is "GPT2LMHeadModel"; supported: "Starcoder2ForCausalLM""#
      ),
      ("head_dim", 8, "head_dim is 8; supported: hidden_size / num_attention_heads, 4"),
      ("rope_scaling", ["type": "linear"], #"rope_scaling.type is "linear"; supported: "default""#),
      ("rope_scaling", ["type": "default", "factor": 2], "rope_scaling.factor is 2; supported: rope_type alone"),
      ("quantization_config", ["bits": 4], #"quantization_config is {"bits":4}; supported: null"#),
      (
        "rope_parameters", ["rope_type": "yarn"],
        #"rope_parameters.rope_type is "yarn"; supported: "default""#
      ),
      (
        "rope_parameters", ["partial_rotary_factor": 0.5],
        "rope_parameters.partial_rotary_factor is 0.5; supported: rope_type"
      ),
    ] as [(String, JSON?, String)])
  func refusesOtherModels(name: String, value: JSON?, reason: String) throws {
    let error = try fileError { _ = try Starcoder2().config(from: Self.changed(name, to: value)) }
    guard case .unsupported("config.json", let found) = error else { throw error }
    #expect(found.hasPrefix(reason))
  }

  @Test(
    "numbers of which no model can be made are refused, however large",
    arguments: [
      "vocab_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "hidden_size",
      "intermediate_size", "max_position_embeddings", "sliding_window",
    ])
  func refusesNumbers(name: String) throws {
    for value: JSON in [0, -1, .integer(.max), .integer(.min), .integer(1 << 25), 1.5, 1e300, "8", [:]] {
      #expect(throws: FileError.self, "\(value)") {
        try Starcoder2().config(from: Self.changed(name, to: value))
      }
    }
    guard name != "sliding_window" else { return }
    for value: JSON? in [nil, .null] {
      #expect(throws: FileError.self) {
        try Starcoder2().config(from: Self.changed(name, to: value))
      }
    }
  }

  @Test("parts that do not fit each other are refused, and so is a context whose table is out of proportion")
  func refusesMisfits() throws {
    let wide = GPTConfig(
      vocabularySize: 2, layerCount: 1, headCount: 1, width: 1 << 12, contextLength: 1 << 20)
    let document = JSONField(Starcoder2().json(of: wide), in: "config.json")
    let error = try fileError { _ = try Starcoder2().config(from: document) }
    #expect(error.description.contains("max_position_embeddings is 1048576; supported: at most 32768"))
    let misfits = [("num_attention_heads", 3), ("num_attention_heads", 8), ("num_key_value_heads", 3)]
    for (name, value) in misfits {
      #expect(throws: FileError.self, "\(name) \(value)") {
        try Starcoder2().config(from: Self.changed(name, to: .integer(value)))
      }
    }
    for (name, value) in [("norm_epsilon", 0.0), ("rope_theta", -1.0)] as [(String, Double)] {
      var document = Starcoder2().json(of: Self.plain)
      document[name] = .number(value)
      document["rope_parameters"] = nil
      #expect(throws: FileError.self, "\(name) \(value)") {
        try Starcoder2().config(from: JSONField(document, in: ""))
      }
    }
  }
}
