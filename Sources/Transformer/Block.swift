import Autograd
import Foundation
import Randomness

/// One pre-norm transformer block: attention, then the MLP, each added to the residual stream.
public struct Block: Module {
  var attentionNorm: LayerNorm
  var attention: CausalSelfAttention
  var mlpNorm: LayerNorm
  var mlp: MLP

  init(_ config: GPTConfig, key: RandomKey?) {
    // Two projections a block end in the residual stream; GPT-2 scales them so that its variance stays near one.
    let residualDeviation = GPTConfig.initialDeviation / sqrt(2 * Double(config.layerCount))
    attentionNorm = LayerNorm(config.width, epsilon: config.layerNormEpsilon)
    attention = CausalSelfAttention(config, residualDeviation: residualDeviation, key: key?.derived(by: 0))
    mlpNorm = LayerNorm(config.width, epsilon: config.layerNormEpsilon)
    mlp = MLP(config, residualDeviation: residualDeviation, key: key?.derived(by: 1))
  }

  /// `[B, T, C] → [B, T, C]`.
  func callAsFunction(_ x: Tensor, positions: RotaryTable, cache: KVCache.Layer?, dropout: Dropout?) -> Tensor {
    let h = x + attention(x, after: attentionNorm, positions: positions, cache: cache, dropout: dropout)
    return h + mlp(h, after: mlpNorm, dropout: dropout)
  }

  /// Visits the learned tensors by their names: `input_layernorm`, `self_attn`, `post_attention_layernorm`, `mlp`.
  public mutating func visitParameters(_ path: String, _ visit: ParameterVisitor) throws {
    try attentionNorm.visitParameters(join(path, "input_layernorm"), visit)
    try attention.visitParameters(join(path, "self_attn"), visit)
    try mlpNorm.visitParameters(join(path, "post_attention_layernorm"), visit)
    try mlp.visitParameters(join(path, "mlp"), visit)
  }
}
