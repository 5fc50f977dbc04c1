import Transformer

/// An architecture that llama.cpp knows.
protocol GGUFArchitecture: Architecture {
  /// The keys that describe a model of this configuration, but those that every file has.
  func ggufKeys(of config: GPTConfig) -> [(key: String, value: GGUFFile.Value)]

  /// What llama.cpp calls the tensor that transformers calls `name`.
  func ggufName(ofTensor name: String) -> String

  /// What of this configuration llama.cpp would leave out; nil where it runs the same model.
  func ggufLacks(of config: GPTConfig) -> ExportError?
}

extension Starcoder2: GGUFArchitecture {
  func ggufKeys(of config: GPTConfig) -> [(key: String, value: GGUFFile.Value)] {
    let keys: [(key: String, value: GGUFFile.Value)] = [
      ("context_length", .count(config.contextLength)),
      ("embedding_length", .count(config.width)),
      ("block_count", .count(config.layerCount)),
      ("feed_forward_length", .count(config.mlpWidth)),
      ("attention.head_count", .count(config.headCount)),
      ("attention.head_count_kv", .count(config.keyValueHeadCount)),
      ("attention.layer_norm_epsilon", .float(config.normEpsilon)),
      ("rope.dimension_count", .count(config.headWidth)),
      ("rope.freq_base", .float(config.ropeTheta)),
    ]
    return keys.map { ("\(modelType).\($0.key)", $0.value) }
  }

  func ggufName(ofTensor name: String) -> String {
    var path = name.split(separator: ".")  // model.layers.3.mlp.c_fc.weight
    let kind = path.removeLast()  // weight or bias
    var prefix = ""
    if path.starts(with: ["model", "layers"]) {
      prefix = "blk.\(path[2])."
      path.removeFirst(3)
    }
    let part = path.joined(separator: ".")
    return "\(prefix)\(Self.ggufNames[part] ?? part).\(kind)"
  }

  private static let ggufNames = [
    "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "post_attention_layernorm": "ffn_norm",
    "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down",
  ]

  func ggufLacks(of config: GPTConfig) -> ExportError? {
    guard let window = config.slidingWindow, window < config.contextLength else { return nil }
    return .slidingWindow(window, contextLength: config.contextLength)
  }
}
