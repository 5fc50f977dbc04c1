import Autograd
import Layers

/// One pre-norm transformer block: attention, then the MLP, each added to the residual stream.
public struct Block: Module {
  var attentionNorm: any Norm
  var attention: MultiHeadAttention
  var mlpNorm: any Norm
  var mlp: MLP
  /// Which positions a token sees; the attention kernels apply it.
  private let mask: AttentionMask

  init(_ config: GPTConfig, _ weights: InitialWeights) {
    attentionNorm = weights.norm(config)
    attention = weights.derived(by: 0).attention(config)
    mlpNorm = weights.norm(config)
    mlp = weights.derived(by: 1).mlp(config)
    mask = config.slidingWindow.map { .window($0) } ?? .causal
  }

  /// `[B, T, C] → [B, T, C]`.
  func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
    let h = x + attention(x, after: attentionNorm.prologue, mask: mask, context)
    let y = h + mlp(h, after: mlpNorm.prologue, context)
    return context.observe(y, at: .residual(layer: context.layer))
  }

  /// Visits `attention_norm`, `attention`, `mlp_norm` and `mlp`.
  public mutating func visit<Failure>(_ visitor: ParameterVisitor<Failure>) throws(Failure) {
    try visitor("attention_norm", &attentionNorm)
    try visitor("attention", &attention)
    try visitor("mlp_norm", &mlpNorm)
    try visitor("mlp", &mlp)
  }
}
