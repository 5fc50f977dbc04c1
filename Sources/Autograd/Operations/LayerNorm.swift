extension Tensor {
  /// Layer norm over the last axis: `y = gain ⊙ (x − mean) / √(variance + ε) + bias`, the variance being the mean of
  /// squared deviations; x is `[…, C]`, gain and bias `[C]`. Ba et al., arXiv 1607.06450.
  /// Traps if the lengths differ.
  public static func layerNorm(_ x: Tensor, gain: Tensor, bias: Tensor, epsilon: Double = 1e-5) -> Tensor {
    require(
      x.rank >= 1 && gain.shape == [x.shape[x.rank - 1]] && bias.shape == gain.shape,
      "layerNorm: x \(x.shape), gain \(gain.shape), bias \(bias.shape)")
    return record(.layerNorm, [x, gain, bias]) { inputs in
      let (x, gain, bias) = (inputs[0], inputs[1], inputs[2])
      let (y, mean, rstd) = Kernels.layerNorm(x, gain: gain, bias: bias, epsilon: epsilon)
      // With x̂ = (x − mean)·rstd and g = dy ⊙ gain:
      // dx = rstd·(g − mean(g) − x̂·mean(g ⊙ x̂)), dgain = Σ dy ⊙ x̂, dbias = Σ dy.
      return (y, { dy in Kernels.layerNormBackward(dy: dy, x: x, gain: gain, mean: mean, rstd: rstd) })
    }
  }
}

extension Prologue {
  /// Layer norm of the rows of x, `[…, C]`; gain and bias are `[C]`. Traps if the lengths differ.
  public static func layerNorm(gain: Tensor, bias: Tensor, epsilon: Double = 1e-5) -> Prologue {
    Prologue(.layerNorm, operands: [gain, bias]) { x, operands in
      require(
        x.rank >= 1 && operands.allSatisfy { $0.shape == [x.shape[x.rank - 1]] },
        "linear after layerNorm: x \(x.shape), gain \(operands[0].shape), bias \(operands[1].shape)")
      return Kernels.layerNorm(x, gain: operands[0], bias: operands[1], epsilon: epsilon).y
    } recompute: { x, operands, dy in
      let (y, mean, rstd) = Kernels.layerNorm(x, gain: operands[0], bias: operands[1], epsilon: epsilon)
      return (y, Kernels.layerNormBackward(dy: dy, x: x, gain: operands[0], mean: mean, rstd: rstd))
    }
  }
}
