import Autograd
import Foundation
import Layers

/// One pre-norm transformer block: attention, then the MLP, each added to the residual stream.
public struct Block: Module {
  var attentionNorm: LayerNorm
  var attention: MultiHeadAttention
  var mlpNorm: LayerNorm
  var mlp: MLP
  /// Which positions a token sees; the attention kernels apply it.
  private let mask: AttentionMask

  init(_ config: GPTConfig, _ weights: InitialWeights) {
    // Two projections a block end in the residual stream; GPT-2 scales them so that its variance stays near one.
    let residualDeviation = GPTConfig.initialDeviation / sqrt(2 * Double(config.layerCount))
    let (width, deviation) = (config.width, GPTConfig.initialDeviation)
    attentionNorm = weights.layerNorm(width, epsilon: config.layerNormEpsilon)
    let attentionWeights = weights.derived(by: 0)
    attention = MultiHeadAttention(
      qkv: attentionWeights.derived(by: 0).linear(width, config.heads.rowWidth, deviation: deviation),
      output: attentionWeights.derived(by: 1).linear(width, width, deviation: residualDeviation),
      headCount: config.headCount, keyValueHeadCount: config.keyValueHeadCount)
    mlpNorm = weights.layerNorm(width, epsilon: config.layerNormEpsilon)
    let mlpWeights = weights.derived(by: 1)
    mlp = MLP(
      expand: mlpWeights.derived(by: 0).linear(width, config.mlpWidth, deviation: deviation),
      contract: mlpWeights.derived(by: 1).linear(config.mlpWidth, width, deviation: residualDeviation))
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
