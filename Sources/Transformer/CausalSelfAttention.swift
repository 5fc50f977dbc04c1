import Autograd
import Randomness

/// A layer norm, then masked multi-head attention with rotary positions; key and value heads may be fewer than query heads.
public struct CausalSelfAttention: Module {
  /// Queries, keys and values side by side: [C, (H + 2G)·D].
  var project: Linear
  /// Back into the residual stream: [H·D, C].
  var output: Linear

  private let headCount, keyValueHeadCount, headWidth: Int
  /// Which positions a token sees; the attention kernels apply it.
  private let mask: AttentionMask

  init(_ config: GPTConfig, residualDeviation: Double, key: RandomKey?) {
    headCount = config.headCount
    keyValueHeadCount = config.keyValueHeadCount
    headWidth = config.headWidth
    mask = config.slidingWindow.map { .window($0) } ?? .causal
    let projected = (headCount + 2 * keyValueHeadCount) * headWidth
    project = Linear(config.width, projected, deviation: GPTConfig.initialDeviation, key: key?.derived(by: 0))
    output = Linear(headCount * headWidth, config.width, deviation: residualDeviation, key: key?.derived(by: 1))
  }

  /// `[B, T, C] → [B, T, C]`; with a cache, B is 1 and x continues the sequence in it.
  func callAsFunction(
    _ x: Tensor, after norm: LayerNorm, positions: RotaryTable, cache: KVCache.Layer?, dropout: Dropout?
  ) -> Tensor {
    let first = cache?.length ?? 0
    let qkv = project(x, after: norm)  // [B, T, (H + 2G)·D]
      .rotaryEmbedding(positions, headCount: headCount + keyValueHeadCount, firstPosition: first)
    let mixed =
      if let cache {
        attend(qkv, cache)
      } else {
        Tensor.attention(
          packed: qkv, headCount: headCount, keyValueHeadCount: keyValueHeadCount, mask: mask,
          dropout: dropout?.at(.attentionWeights))
      }
    let y = output(mixed)
    return dropout.map { y.dropout($0.at(.attentionOutput)) } ?? y
  }

  /// The same for rows that continue a cached sequence.
  private func attend(_ qkv: Tensor, _ cache: KVCache.Layer) -> Tensor {
    let length = qkv.shape[1]
    let ends = [headCount, headCount + keyValueHeadCount].map { $0 * headWidth }
    let queries = qkv.slice(0..<ends[0], axis: 2)
    let (keys, values) = cache.append(
      keys: qkv.slice(ends[0]..<ends[1], axis: 2), values: qkv.slice(ends[1]..<qkv.shape[2], axis: 2))
    let past = [1, keys.shape[0], keyValueHeadCount, headWidth]
    return Tensor.attention(
      queries: queries.reshaped(to: [1, length, headCount, headWidth]), keys: keys.reshaped(to: past),
      values: values.reshaped(to: past), mask: mask
    ).reshaped(to: [1, length, headCount * headWidth])
  }

  /// Visits the learned tensors by their names: `qkv_proj`, `o_proj`.
  public mutating func visitParameters(_ path: String, _ visit: ParameterVisitor) throws {
    try project.visitParameters(join(path, "qkv_proj"), visit)
    try output.visitParameters(join(path, "o_proj"), visit)
  }
}
