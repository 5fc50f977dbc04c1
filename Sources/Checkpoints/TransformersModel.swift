import Files
import Transformer

// What the models of transformers that are read here have in common, in config.json and in the names of their tensors.

// MARK: - config.json

extension JSONField {
  /// Throws unless the model is of the class `name`, where its class is said, and its weights are plain numbers.
  func requireClass(_ name: String) throws {
    for architecture in try self["architectures"].ifPresent?.elements ?? [] { try architecture.require(.string(name)) }
    if let quantization = self["quantization_config"].ifPresent { throw quantization.unsupported("null") }
  }

  /// θ of rotary embedding; nil where it is left out. transformers 5 asks the same places in the same order.
  var rotaryTheta: Double? {
    get throws {
      let theta = self["rope_parameters"]["rope_theta"].ifPresent ?? self["rope_theta"].ifPresent
      return try theta?.number
    }
  }

  /// Throws unless the rotary embedding that is described, if one is, is the plain one.
  func requirePlainRotation() throws {
    // transformers 4, which called the type "type" once; only the newer spelling has θ among them.
    try self["rope_scaling"].requireDefault(types: ["rope_type", "type"], others: [])
    try self["rope_parameters"].requireDefault(types: ["rope_type"], others: ["rope_theta"])
  }

  private func requireDefault(types: [String], others: [String]) throws {
    for (name, member) in try ifPresent?.members ?? [] where !others.contains(name) {
      guard types.contains(name) else {
        throw member.unsupported((types.prefix(1) + others).joined(separator: " and ") + " alone")
      }
      try member.require("default")
    }
  }

  /// Throws where heads are said to have another width than a share of the model's.
  func requireHeadWidth(of config: GPTConfig) throws {
    if let width = try self["head_dim"].ifPresent?.integer, width != config.headWidth {
      throw self["head_dim"].unsupported("hidden_size / num_attention_heads, \(config.headWidth)")
    }
  }
}

// MARK: - Tensors

/// What stands for the parts of a block but the MLP's, and of the model around the blocks.
private let tensorNames = [
  "embedding": "model.embed_tokens", "norm": "model.norm", "head": "lm_head", "attention_norm": "input_layernorm",
  "attention.output": "self_attn.o_proj", "mlp_norm": "post_attention_layernorm",
]

extension Architecture {
  /// One tensor for each parameter, but three for queries, keys and values, which are one matrix in memory.
  ///
  /// - Parameter mlp: what the MLP's two maps are called.
  func storedTensors(
    of name: String, _ config: GPTConfig, mlp: (expand: String, contract: String)
  ) -> [StoredTensor] {
    var path = name.split(separator: ".").map(String.init)  // blocks.3.mlp.expand.weight
    let kind = path.removeLast()  // weight or bias
    var prefix = ""
    if path.first == "blocks" {
      prefix = "model.layers.\(path[1])."
      path.removeFirst(2)
    }
    let part = path.joined(separator: ".")
    switch part {
    case "attention.qkv":
      let parts = config.heads.parts
      return [("q", parts.queries), ("k", parts.keys), ("v", parts.values)].map { letter, rows in
        StoredTensor("\(prefix)self_attn.\(letter)_proj.\(kind)", rows: [rows])
      }
    case "mlp.expand": return [StoredTensor("\(prefix)mlp.\(mlp.expand).\(kind)")]
    case "mlp.contract": return [StoredTensor("\(prefix)mlp.\(mlp.contract).\(kind)")]
    default: return [StoredTensor("\(prefix)\(tensorNames[part] ?? part).\(kind)")]
    }
  }
}
