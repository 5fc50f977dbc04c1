import Files
import Transformer

/// Starcoder2 as transformers keeps it: Lozhkov et al., arXiv 2402.19173.
package struct Starcoder2: Architecture {
  package let modelType = "starcoder2"

  /// The architecture; it has no state.
  package init() {}
}

// MARK: - config.json

extension Starcoder2 {
  /// Every field is written, because what is left out becomes the 3-billion-parameter model's: two key and
  /// value heads, say, or an end-of-text token with the id 50256.
  package func json(of config: GPTConfig) -> JSON {
    [
      "architectures": ["Starcoder2ForCausalLM"],
      "model_type": .string(modelType),
      "torch_dtype": "float32",  // transformers 4
      "dtype": "float32",  // transformers 5
      "vocab_size": .integer(config.vocabularySize),
      "hidden_size": .integer(config.width),
      "intermediate_size": .integer(config.mlpWidth),
      "num_hidden_layers": .integer(config.layerCount),
      "num_attention_heads": .integer(config.headCount),
      "num_key_value_heads": .integer(config.keyValueHeadCount),
      "max_position_embeddings": .integer(config.contextLength),
      "sliding_window": config.slidingWindow.map(JSON.integer) ?? nil,
      "tie_word_embeddings": .bool(config.tiesHead),
      "hidden_act": "gelu_pytorch_tanh",
      "use_bias": true,
      "norm_epsilon": .number(config.layerNormEpsilon),
      "rope_theta": .number(config.ropeTheta),  // transformers 4
      "rope_parameters": ["rope_type": "default", "rope_theta": .number(config.ropeTheta)],  // transformers 5
      "initializer_range": .number(GPTConfig.initialDeviation),
      "attention_dropout": 0.0,
      "residual_dropout": 0.0,
      "embedding_dropout": 0.0,
      "use_cache": true,
      "bos_token_id": nil,
      "eos_token_id": nil,
      "pad_token_id": nil,
    ]
  }

  package func config(from document: JSONField) throws -> GPTConfig {
    try requireSupported(document)
    var config = GPTConfig(
      vocabularySize: try document["vocab_size"].integer,
      layerCount: try document["num_hidden_layers"].integer,
      headCount: try document["num_attention_heads"].integer,
      keyValueHeadCount: try document["num_key_value_heads"].integer,
      width: try document["hidden_size"].integer,
      mlpWidth: try document["intermediate_size"].integer,
      contextLength: try document["max_position_embeddings"].integer,
      slidingWindow: try document["sliding_window"].ifPresent?.integer,
      tiesHead: try document["tie_word_embeddings"].ifPresent?.bool ?? true)
    // What is left out is transformers' own default, which is this one's; sizes are never left out.
    config.layerNormEpsilon = try document["norm_epsilon"].ifPresent?.number ?? config.layerNormEpsilon
    // transformers 5 asks the same places in the same order.
    let theta = document["rope_parameters"]["rope_theta"].ifPresent ?? document["rope_theta"].ifPresent
    config.ropeTheta = try theta?.number ?? config.ropeTheta
    try document.requireModel(config, contextLength: "max_position_embeddings")
    if let width = try document["head_dim"].ifPresent?.integer, width != config.headWidth {
      throw document["head_dim"].unsupported("hidden_size / num_attention_heads, \(config.headWidth)")
    }
    return config
  }

  private func requireSupported(_ document: JSONField) throws {
    try document["model_type"].require(.string(modelType))
    try document["hidden_act"].ifPresent?.require("gelu_pytorch_tanh")
    try document["use_bias"].ifPresent?.require(true)
    for architecture in try document["architectures"].ifPresent?.elements ?? [] {
      try architecture.require("Starcoder2ForCausalLM")
    }
    if let quantization = document["quantization_config"].ifPresent { throw quantization.unsupported("null") }
    // transformers 4, which called the type "type" once; only the newer spelling has θ among them.
    try requireDefault(document["rope_scaling"], types: ["rope_type", "type"], others: [])
    try requireDefault(document["rope_parameters"], types: ["rope_type"], others: ["rope_theta"])
  }

  /// Throws unless the rotary embedding that `field` describes, if it does, is the plain one.
  private func requireDefault(_ field: JSONField, types: [String], others: [String]) throws {
    for (name, member) in try field.ifPresent?.members ?? [] where !others.contains(name) {
      guard types.contains(name) else {
        throw member.unsupported((types.prefix(1) + others).joined(separator: " and ") + " alone")
      }
      try member.require("default")
    }
  }
}

// MARK: - Tensors

extension Starcoder2 {
  /// What stands for the parts of a block, and of the model around the blocks.
  private static let names = [
    "embedding": "model.embed_tokens", "norm": "model.norm", "head": "lm_head", "attention_norm": "input_layernorm",
    "attention.output": "self_attn.o_proj", "mlp_norm": "post_attention_layernorm", "mlp.expand": "mlp.c_fc",
    "mlp.contract": "mlp.c_proj",
  ]

  /// One tensor for each parameter, but three for queries, keys and values, which are one matrix in memory.
  package func storedTensors(of name: String, _ config: GPTConfig) -> [StoredTensor] {
    var path = name.split(separator: ".").map(String.init)  // blocks.3.mlp.expand.weight
    let kind = path.removeLast()  // weight or bias
    var prefix = ""
    if path.first == "blocks" {
      prefix = "model.layers.\(path[1])."
      path.removeFirst(2)
    }
    let part = path.joined(separator: ".")
    if part == "attention.qkv" {
      let parts = config.heads.parts
      return [("q", parts.queries), ("k", parts.keys), ("v", parts.values)].map { letter, rows in
        StoredTensor("\(prefix)self_attn.\(letter)_proj.\(kind)", rows: [rows])
      }
    }
    return [StoredTensor("\(prefix)\(Self.names[part] ?? part).\(kind)")]
  }
}
