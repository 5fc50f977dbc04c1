import Transformer

/// How a model's parameters in memory and a checkpoint's tensors correspond: one to one under Starcoder2's
/// names, except that queries, keys and values are one matrix in memory and three in a checkpoint.
///
///     …self_attn.qkv_proj.weight [(H + 2G)·D, C]
///     …self_attn.q_proj.weight   [H·D, C], its first rows
///     …self_attn.k_proj.weight   [G·D, C], the rows after them
///     …self_attn.v_proj.weight   [G·D, C], the last rows
///
/// and their biases in the same way.
struct ParameterNames {
  let config: GPTConfig

  /// The tensors whose rows, one after the other, are those of the parameter `name`; nil for one with the
  /// same name.
  func parts(of name: String) -> [(name: String, rowCount: Int)]? {
    guard name.contains(".qkv_proj.") else { return nil }
    let queries = config.headCount * config.headWidth
    let keys = config.keyValueHeadCount * config.headWidth
    return [("q", queries), ("k", keys), ("v", keys)].map { letter, rowCount in
      (name.replacing(".qkv_proj.", with: ".\(letter)_proj."), rowCount)
    }
  }

  /// Calls `body` with name and shape of each tensor of a checkpoint: Starcoder2's state dict, in which a
  /// linear map's weight is [out, in].
  func forEachTensor(_ body: (_ name: String, _ shape: [Int]) throws -> Void) rethrows {
    let width = config.width  // C
    let keys = config.keyValueHeadCount * config.headWidth  // G·D
    func norm(_ name: String) throws {
      for part in ["weight", "bias"] { try body("\(name).\(part)", [width]) }
    }
    func linear(_ name: String, _ outputs: Int, _ inputs: Int) throws {
      try body("\(name).weight", [outputs, inputs])
      try body("\(name).bias", [outputs])
    }
    try body("model.embed_tokens.weight", [config.vocabularySize, width])
    if !config.tiesHead { try body("lm_head.weight", [config.vocabularySize, width]) }
    try norm("model.norm")
    for index in 0..<config.layerCount {
      let layer = "model.layers.\(index)"
      try norm("\(layer).input_layernorm")
      try linear("\(layer).self_attn.q_proj", width, width)
      try linear("\(layer).self_attn.k_proj", keys, width)
      try linear("\(layer).self_attn.v_proj", keys, width)
      try linear("\(layer).self_attn.o_proj", width, width)
      try norm("\(layer).post_attention_layernorm")
      try linear("\(layer).mlp.c_fc", config.mlpWidth, width)
      try linear("\(layer).mlp.c_proj", width, config.mlpWidth)
    }
  }
}
