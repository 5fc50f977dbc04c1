import Files
import Transformer

/// Starcoder2 as transformers keeps it: Lozhkov et al., arXiv 2402.19173.
package struct Starcoder2: Architecture {
  package let modelType = "starcoder2"
  package let transformersClass = "Starcoder2ForCausalLM"
  package let modelArchitecture = ModelArchitecture.gpt

  /// The architecture; it has no state.
  package init() {}
}

// MARK: - config.json

extension Starcoder2 {
  /// Every field is written, because what is left out becomes the 3-billion-parameter model's: two key and
  /// value heads, say, or an end-of-text token with the id 50256.
  package func json(of config: GPTConfig) -> JSON {
    [
      "architectures": [.string(transformersClass)],
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
      "norm_epsilon": .number(config.normEpsilon),
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
    config.normEpsilon = try document["norm_epsilon"].ifPresent?.number ?? config.normEpsilon
    config.ropeTheta = try document.rotaryTheta ?? config.ropeTheta
    try document.requireModel(config, contextLength: "max_position_embeddings")
    try document.requireHeadWidth(of: config)
    return config
  }

  private func requireSupported(_ document: JSONField) throws {
    try document["model_type"].require(.string(modelType))
    try document["hidden_act"].ifPresent?.require("gelu_pytorch_tanh")
    try document["use_bias"].ifPresent?.require(true)
    try document.requireClass(transformersClass)
    try document.requirePlainRotation()
  }
}

// MARK: - Tensors

extension Starcoder2 {
  package func storedTensors(of name: String, _ config: GPTConfig) -> [StoredTensor] {
    storedTensors(of: name, config, mlp: (expand: "c_fc", contract: "c_proj"))
  }
}
