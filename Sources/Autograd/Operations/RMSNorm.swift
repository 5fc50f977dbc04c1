extension Tensor {
  /// RMS norm over the last axis, without a gain: `y = x / √(mean of x² + ε)`; x is `[…, C]`.
  /// Zhang & Sennrich, arXiv 1910.07467. Traps if x is a scalar.
  public static func rmsNorm(_ x: Tensor, epsilon: Double = 1e-6) -> Tensor {
    require(x.rank >= 1, "rmsNorm: a scalar")
    return record(.rmsNorm, [x]) { inputs in
      let (y, rstd) = Kernels.rmsNorm(inputs[0], epsilon: epsilon)
      // dx = rstd·(dy − y·mean(dy ⊙ y)), where rstd = 1/√(mean of x² + ε).
      return (y, { dy in [Kernels.rmsNormBackward(dy: dy, y: y, rstd: rstd)] })
    }
  }
}

extension Prologue {
  /// RMS norm of the rows of x, `[…, C]`. Traps if x is a scalar.
  public static func rmsNorm(epsilon: Double = 1e-6) -> Prologue {
    Prologue(.rmsNorm) { x, _ in
      Kernels.rmsNorm(x, epsilon: epsilon).y
    } recompute: { x, _, dy in
      let (y, rstd) = Kernels.rmsNorm(x, epsilon: epsilon)
      return (y, [Kernels.rmsNormBackward(dy: dy, y: y, rstd: rstd)])
    }
  }
}
