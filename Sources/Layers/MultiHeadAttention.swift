import Autograd
import Randomness

/// Multi-head attention with its projections: Vaswani et al., arXiv 1706.03762. Key and value heads may be fewer than
/// query heads (Ainslie et al., arXiv 2305.13245); queries and keys may be rotated by their positions, and normalized.
///
///     let attention = MultiHeadAttention(64, headCount: 4, key: key)
///     attention(x, mask: .causal)       // self-attention
///     attention(x, over: encoded)       // cross-attention
public struct MultiHeadAttention: Module {
  /// The joint projection to queries, keys and values: weight [(H + 2G)·D, C].
  public var qkv: Linear
  /// The output projection: weight [C, H·D].
  public var output: Linear
  /// H, G and D.
  public let headCount, keyValueHeadCount, headWidth: Int
  /// The norm of each head's queries and keys, after their rotation (QK-norm: Henry et al., arXiv 2010.04245); nil for
  /// none.
  public let queryKeyNorm: RMSNorm?

  /// Attention with the given projections. Traps if `qkv` does not fit the heads.
  public init(
    qkv: Linear, output: Linear, headCount: Int, keyValueHeadCount: Int? = nil, queryKeyNorm: RMSNorm? = nil
  ) {
    let groups = headCount + 2 * (keyValueHeadCount ?? headCount)
    require(
      headCount > 0 && qkv.weight.shape[0] % groups == 0 && headCount % (keyValueHeadCount ?? headCount) == 0,
      "MultiHeadAttention: qkv \(qkv.weight.shape) for \(headCount) query, \(keyValueHeadCount ?? headCount) key heads")
    (self.qkv, self.output, self.headCount) = (qkv, output, headCount)
    self.keyValueHeadCount = keyValueHeadCount ?? headCount
    self.queryKeyNorm = queryKeyNorm
    headWidth = qkv.weight.shape[0] / groups
  }

  /// Attention over `width` features, initialized as `Linear` is. Traps unless `headCount` divides `width`.
  public init(
    _ width: Int, headCount: Int, keyValueHeadCount: Int? = nil, hasBias: Bool = true, key: RandomKey
  ) {
    require(headCount > 0 && width % headCount == 0, "MultiHeadAttention: \(headCount) heads of width \(width)")
    let groups = headCount + 2 * (keyValueHeadCount ?? headCount)
    self.init(
      qkv: Linear(width, groups * (width / headCount), hasBias: hasBias, key: key.derived(by: 0)),
      output: Linear(width, width, hasBias: hasBias, key: key.derived(by: 1)), headCount: headCount,
      keyValueHeadCount: keyValueHeadCount)
  }

  /// Visits `qkv`, which joins the queries', the keys' and the values' maps, and `output`.
  public mutating func visit<Failure>(_ visitor: ParameterVisitor<Failure>) throws(Failure) {
    let parts = heads.parts
    try visitor("qkv", &qkv, joining: [parts.queries, parts.keys, parts.values])
    try visitor("output", &output)
  }
}

// MARK: - Forward

extension MultiHeadAttention {
  /// Self-attention over `p(x)`, where p is a norm or an activation: `[B, T, C] → [B, T, C]`.
  ///
  /// With the context's positions, queries and keys are rotated; with its cache, x continues the sequences in it, and
  /// nothing is recorded.
  public func callAsFunction(
    _ x: Tensor, after prologue: Prologue = .identity, mask: AttentionMask, _ context: ForwardContext = ForwardContext()
  ) -> Tensor {
    var projected = qkv(x, after: prologue)  // [B, T, (H + 2G)·D]
    let positions = context.positions
    if positions == nil, let queryKeyNorm { projected = normalized(projected, by: queryKeyNorm) }
    let epsilon = positions == nil ? nil : queryKeyNorm?.epsilon  // of the norm that goes with the rotation
    let showsWeights = context.observes(.attentionWeights(layer: context.layer))
    if let cache = context.cache {
      guard showsWeights else {
        let mixed = cache.attention(packed: projected, positions: positions, normalizing: epsilon, mask: mask)
        return finish(mixed, context)
      }
      let (queries, keys, values) = cache.append(packed: projected, positions: positions, normalizing: epsilon)
      return finish(mix(queries, keys, values, mask, context), context)
    }
    let packed = positions.map { rotated(projected, $0, normalizing: epsilon) } ?? projected
    if showsWeights {
      let parts = packed.split(into: heads)
      return finish(mix(parts.queries, parts.keys, parts.values, mask, context), context)
    }
    let mixed = Tensor.attention(
      packed: packed, headCount: headCount, keyValueHeadCount: keyValueHeadCount, mask: mask,
      dropout: context.dropout(at: .attentionWeights))
    return finish(mixed, context)
  }

  /// Cross-attention: queries from x [B, T, C], keys and values from `memory` [B, Tk, C]; the result is [B, T, C].
  ///
  /// It ignores the context's positions and cache: how positions of the two sequences relate is up to the caller.
  public func callAsFunction(
    _ x: Tensor, over memory: Tensor, mask: AttentionMask = .none, _ context: ForwardContext = ForwardContext()
  ) -> Tensor {
    func project(_ source: Tensor, _ rows: Range<Int>) -> Tensor {
      Tensor.linear(source, weight: qkv.weight.slice(rows), bias: qkv.bias?.slice(rows))
        .reshaped(to: [source.shape[0], source.shape[1], rows.count / headWidth, headWidth])
    }
    let parts = heads.parts
    let norm = { (heads: Tensor) in queryKeyNorm?(heads) ?? heads }
    let (queries, keys) = (norm(project(x, parts.queries)), norm(project(memory, parts.keys)))
    return finish(mix(queries, keys, project(memory, parts.values), mask, context), context)
  }

  private var heads: AttentionHeads {
    AttentionHeads(queries: headCount, keysAndValues: keyValueHeadCount, width: headWidth)
  }

  /// Packed rows with queries and keys rotated, and normalized if there is an ε.
  private func rotated(_ packed: Tensor, _ positions: RotaryTable, normalizing epsilon: Double?) -> Tensor {
    let count = headCount + keyValueHeadCount
    guard let epsilon else { return packed.rotaryEmbedding(positions, headCount: count) }
    return packed.normalizedRotaryEmbedding(positions, headCount: count, epsilon: epsilon)
  }

  /// Packed rows with queries and keys normalized, where nothing is rotated.
  private func normalized(_ packed: Tensor, by norm: RMSNorm) -> Tensor {
    let parts = packed.split(into: heads)
    return .concatenate(
      [norm(parts.queries), norm(parts.keys), parts.values].map { $0.reshaped(to: packed.shape.dropLast() + [-1]) },
      axis: 2)
  }

  /// The values as attention mixes them, or as the probe's weights do: [B, T, H, D].
  private func mix(
    _ queries: Tensor, _ keys: Tensor, _ values: Tensor, _ mask: AttentionMask, _ context: ForwardContext
  ) -> Tensor {
    let site = Probe.Site.attentionWeights(layer: context.layer)
    guard context.observes(site) else {
      return .attention(
        queries: queries, keys: keys, values: values, mask: mask, dropout: context.dropout(at: .attentionWeights))
    }
    var weights = context.observe(.attentionWeights(queries: queries, keys: keys, mask: mask), at: site)
    weights = context.drop(weights, at: .attentionWeights)
    return .attention(values: values, weightedBy: weights)
  }

  /// The output projection of what the heads have mixed.
  private func finish(_ mixed: Tensor, _ context: ForwardContext) -> Tensor {
    let perHead = [mixed.shape[0], mixed.shape[1], headCount, headWidth]
    let seen = context.observe(mixed.reshaped(to: perHead), at: .headOutputs(layer: context.layer))
    let y = output(seen.reshaped(to: [mixed.shape[0], mixed.shape[1], headCount * headWidth]))
    return context.observe(context.drop(y, at: .attentionOutput), at: .attentionOutput(layer: context.layer))
  }
}
