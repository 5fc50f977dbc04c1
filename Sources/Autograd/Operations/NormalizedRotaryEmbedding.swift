extension Tensor {
  /// Rotary position embedding of the first `headCount` heads of each row, and RMS norm of each of these heads; see
  /// `rotaryEmbedding` and `rmsNorm`. For queries and keys it is QK-norm: Henry et al., arXiv 2010.04245.
  ///
  /// A rotation keeps the length of a head, so that which of the two comes first makes no difference.
  /// Traps as `rotaryEmbedding` does.
  public func normalizedRotaryEmbedding(
    _ table: RotaryTable, headCount: Int, firstPosition: Int = 0, epsilon: Double = 1e-6
  ) -> Tensor {
    let rotation = Rotation(of: self, table, headCount: headCount, firstPosition: firstPosition)
    return Tensor.record(.normalizedRotaryEmbedding, [self]) { inputs in
      let (y, rstd) = Kernels.rotaryNorm(inputs[0], rotation, epsilon: epsilon)
      // RMS norm's gradient, rotated back.
      return (y, { dy in [Kernels.rotaryNormBackward(dy: dy, y: y, rstd: rstd, rotation)] })
    }
  }
}
