// Attention with explicit weights, for inspection: composed of elementary operations, to test `attention`.

extension Tensor {
  /// The attention weights that `attention` uses, `softmax(scale · q·kᵀ + mask)`: [B, H, Tq, Tk].
  ///
  /// Stores all of them, unlike `attention`. A query that sees no key has weights of 0. Shapes and parameters are those of
  /// `attention`, and it traps in the same cases.
  public static func attentionWeights(
    queries: Tensor, keys: Tensor, mask: AttentionMask, scale: Double? = nil
  ) -> Tensor {
    let call = AttentionCall(
      queries: queries, keys: keys, values: keys, mask: mask, scale: scale, dropout: nil)
    let q = queries.transposed([0, 2, 1, 3])  // [B, H, Tq, D]
    let k = keys.headsRepeated(to: call.heads)  // [B, H, Tk, D]
    let seen = (0..<call.queryLength).flatMap { query in
      (0..<call.keyLength).map { call.mask.sees(key: $0, from: query + call.keyLength - call.queryLength) }
    }
    let size = [call.queryLength, call.keyLength]
    let bias = Tensor(seen.map { $0 ? 0 : -1e30 }, shape: size, elementType: q.elementType)
    let visible = Tensor(seen.map { $0 ? 1 : 0 }, shape: size, elementType: q.elementType)
    return (matmul(q, k, transposeB: true) * call.scale + bias).softmax() * visible
  }

  /// `weights · values` for each head: weights are [B, H, Tq, Tk], values [B, Tk, G, D], the result [B, Tq, H, D].
  /// Traps if the shapes do not fit.
  public static func attention(values: Tensor, weightedBy weights: Tensor) -> Tensor {
    require(
      weights.rank == 4 && values.rank == 4 && values.shape[2] > 0 && weights.shape[1] % values.shape[2] == 0,
      "attention: weights \(weights.shape) of values \(values.shape)")
    return matmul(weights, values.headsRepeated(to: weights.shape[1])).transposed([0, 2, 1, 3])
  }

  /// Keys or values [B, T, G, D], each head repeated for the query heads that read it: [B, H, T, D].
  private func headsRepeated(to heads: Int) -> Tensor {
    let (batch, length, groups, width) = (shape[0], shape[1], shape[2], shape[3])
    return transposed([0, 2, 1, 3]).reshaped(to: [batch, groups, 1, length, width])
      .broadcast(to: [batch, groups, heads / groups, length, width]).reshaped(to: [batch, heads, length, width])
  }
}

extension AttentionMask {
  /// Whether a query at position `position` sees the key at position `key`: for inspection; the attention kernels
  /// apply the same rule (`keys_seen`).
  func sees(key: Int, from position: Int) -> Bool {
    switch self {
    case .none: true
    case .causal: key <= position
    case .window(let width): key <= position && key > position - width
    }
  }
}
