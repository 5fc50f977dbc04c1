extension Tensor {
  /// `x · weightᵀ + bias` over the last axis: x is `[…, in]`, weight `[out, in]`, bias `[out]`, the result `[…, out]`.
  /// Traps where the lengths differ.
  public static func linear(_ x: Tensor, weight: Tensor, bias: Tensor) -> Tensor {
    require(
      x.rank >= 1 && weight.rank == 2 && weight.shape[1] == x.shape[x.rank - 1] && bias.shape == [weight.shape[0]],
      "linear: x \(x.shape), weight \(weight.shape), bias \(bias.shape)")
    return record(.linear, [x, weight, bias]) { inputs in
      let (x, weight, bias) = (inputs[0], inputs[1], inputs[2])
      let (outputs, width) = (weight.shape[0], weight.shape[1])
      let rows = Shape.count(Array(x.shape.dropLast()))
      let forward = MatmulShape(m: rows, n: outputs, k: width, transposeB: true)
      return (
        Kernels.matmul(x, weight, bias: bias, forward, shape: x.shape.dropLast() + [outputs]),
        { dy in
          [
            // dX = dY·W
            Kernels.matmul(dy, weight, MatmulShape(m: rows, n: width, k: outputs), shape: x.shape),
            // dW = dYᵀ·X
            Kernels.matmul(dy, x, MatmulShape(m: outputs, n: width, k: rows, transposeA: true), shape: weight.shape),
            // db = Σ over rows of dY
            Kernels.sumColumns(dy, columns: outputs, shape: bias.shape),
          ]
        }
      )
    }
  }
}
