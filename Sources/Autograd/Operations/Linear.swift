extension Tensor {
  /// `p(x) · weightᵀ + bias` over the last axis: x is `[…, in]`, weight `[out, in]`, bias `[out]`, the result `[…, out]`.
  ///
  /// The prologue p is a norm or an activation applied to x first. Backward stores only x and recomputes p(x), which
  /// saves memory for one activation of x's size: Chen et al., arXiv 1604.06174. Traps if the lengths differ.
  /// - Parameters:
  ///   - bias: nil for no bias.
  ///   - prologue: the identity by default.
  public static func linear(
    _ x: Tensor, weight: Tensor, bias: Tensor? = nil, after prologue: Prologue = .identity
  ) -> Tensor {
    let map = LinearMap(x, weight, bias)
    let inputs = [x, weight] + (bias.map { [$0] } ?? []) + prologue.operands
    // The prologue itself stays outside of the pullback, since its operands may have a history.
    let (forward, recompute) = (prologue.forward, prologue.recompute)
    return record(.linear, inputs) { inputs in
      let (x, weight, bias) = (inputs[0], inputs[1], map.hasBias ? inputs[2] : nil)
      let operands = Array(inputs.dropFirst(map.hasBias ? 3 : 2))
      return (
        map.apply(forward(x, operands), weight, bias: bias),
        { dy in
          let (y, gradients) = recompute(x, operands, map.inputGradient(dy, weight))
          let dbias = map.hasBias ? [map.biasGradient(dy)] : []
          return [gradients[0], map.weightGradient(dy, y)] + dbias + gradients.dropFirst()
        }
      )
    }
  }
}

/// The products of `y = x·Wᵀ + b` and of its gradients, for rows of x.
private struct LinearMap {
  let rows, inputs, outputs: Int
  let hasBias: Bool
  /// The axes before the last.
  let leading: [Int]

  /// Traps if the lengths differ.
  init(_ x: Tensor, _ weight: Tensor, _ bias: Tensor?) {
    require(
      x.rank >= 1 && weight.rank == 2 && weight.shape[1] == x.shape[x.rank - 1]
        && (bias == nil || bias?.shape == [weight.shape[0]]),
      "linear: x \(x.shape), weight \(weight.shape), bias \(bias.map { "\($0.shape)" } ?? "none")")
    leading = Array(x.shape.dropLast())
    rows = Shape.count(leading)
    inputs = weight.shape[1]
    outputs = weight.shape[0]
    hasBias = bias != nil
  }

  func apply(_ x: Tensor, _ weight: Tensor, bias: Tensor?) -> Tensor {
    let shape = MatmulShape(m: rows, n: outputs, k: inputs, transposeB: true)
    return Kernels.matmul(x, weight, bias: bias, shape, shape: leading + [outputs])
  }

  /// dX = dY·W
  func inputGradient(_ dy: Tensor, _ weight: Tensor) -> Tensor {
    Kernels.matmul(dy, weight, MatmulShape(m: rows, n: inputs, k: outputs), shape: leading + [inputs])
  }

  /// dW = dYᵀ·X
  func weightGradient(_ dy: Tensor, _ x: Tensor) -> Tensor {
    let shape = MatmulShape(m: outputs, n: inputs, k: rows, transposeA: true)
    return Kernels.matmul(dy, x, shape, shape: [outputs, inputs])
  }

  /// db = Σ over rows of dY
  func biasGradient(_ dy: Tensor) -> Tensor { Kernels.sumColumns(dy, columns: outputs, shape: [outputs]) }
}
