import Files
import Transformer

/// nanochat's model as transformers keeps it: https://github.com/karpathy/nanochat.
package struct NanoChat: Architecture {
  package let modelType = "nanochat"
  package let transformersClass = "NanoChatForCausalLM"
  package let modelArchitecture = ModelArchitecture.nanochat

  /// The architecture; it has no state.
  package init() {}
}

// MARK: - config.json

extension NanoChat {
  /// Every field is written, because what is left out becomes nanochat's own: an end-of-text token with the id 1, say.
  package func json(of config: GPTConfig) -> JSON {
    [
      "architectures": [.string(transformersClass)],
      "model_type": .string(modelType),
      "dtype": "float32",
      "vocab_size": .integer(config.vocabularySize),
      "hidden_size": .integer(config.width),
      "intermediate_size": .integer(config.mlpWidth),
      "num_hidden_layers": .integer(config.layerCount),
      "num_attention_heads": .integer(config.headCount),
      "num_key_value_heads": .integer(config.keyValueHeadCount),
      "max_position_embeddings": .integer(config.contextLength),
      "tie_word_embeddings": .bool(config.tiesHead),
      "hidden_act": "relu2",
      "attention_bias": false,
      "rms_norm_eps": .number(config.normEpsilon),
      "rope_parameters": ["rope_type": "default", "rope_theta": .number(config.ropeTheta)],
      "final_logit_softcapping": modelArchitecture.logitCap.map(JSON.number) ?? nil,
      "initializer_range": .number(GPTConfig.initialDeviation),
      "attention_dropout": 0.0,
      "use_cache": true,
      "bos_token_id": nil,
      "eos_token_id": nil,
      "pad_token_id": nil,
    ]
  }

  package func config(from document: JSONField) throws -> GPTConfig {
    try requireSupported(document)
    let headCount = try document["num_attention_heads"].integer
    var config = GPTConfig(
      modelArchitecture,
      vocabularySize: try document["vocab_size"].integer,
      layerCount: try document["num_hidden_layers"].integer,
      headCount: headCount,
      keyValueHeadCount: try document["num_key_value_heads"].ifPresent?.integer ?? headCount,
      width: try document["hidden_size"].integer,
      mlpWidth: try document["intermediate_size"].integer,
      contextLength: try document["max_position_embeddings"].integer,
      tiesHead: try document["tie_word_embeddings"].ifPresent?.bool)
    // What is left out is transformers' own default, which is this one's; sizes are never left out.
    config.normEpsilon = try document["rms_norm_eps"].ifPresent?.number ?? config.normEpsilon
    config.ropeTheta = try document.rotaryTheta ?? config.ropeTheta
    try document.requireModel(config, contextLength: "max_position_embeddings")
    try document.requireHeadWidth(of: config)
    return config
  }

  private func requireSupported(_ document: JSONField) throws {
    try document["model_type"].require(.string(modelType))
    try document["hidden_act"].ifPresent?.require("relu2")
    try document["attention_bias"].ifPresent?.require(false)
    // Left out it is this; null is none.
    let cap = document["final_logit_softcapping"]
    if cap.value != nil, try cap.ifPresent?.number != modelArchitecture.logitCap {
      throw cap.unsupported("\(modelArchitecture.logitCap ?? 0)")
    }
    try document.requireClass(transformersClass)
    try document.requirePlainRotation()
  }
}

// MARK: - Tensors

extension NanoChat {
  package func storedTensors(of name: String, _ config: GPTConfig) -> [StoredTensor] {
    storedTensors(of: name, config, mlp: (expand: "fc1", contract: "fc2"))
  }
}
