extension Tensor {
  /// `x · weightᵀ + bias` over the last axis: x is `[…, in]`, weight `[out, in]`, bias `[out]`, the result `[…, out]`.
  /// Traps where the lengths differ.
  public static func linear(_ x: Tensor, weight: Tensor, bias: Tensor) -> Tensor {
    let map = LinearMap("linear", x, weight, bias)
    return record(.linear, [x, weight, bias]) { inputs in
      let (x, weight, bias) = (inputs[0], inputs[1], inputs[2])
      return (
        map.apply(x, weight, bias),
        { dy in [map.inputGradient(dy, weight), map.weightGradient(dy, x), map.biasGradient(dy)] }
      )
    }
  }

  /// `linear(layerNorm(x), weight, bias)`, which keeps x alone for differentiation and norms it again there: of the
  /// activations it saves C numbers a token. Chen et al., arXiv 1604.06174. Traps where the lengths differ.
  public static func layerNormLinear(
    _ x: Tensor, gain: Tensor, shift: Tensor, epsilon: Double = 1e-5, weight: Tensor, bias: Tensor
  ) -> Tensor {
    require(
      x.rank >= 1 && gain.shape == [x.shape[x.rank - 1]] && shift.shape == gain.shape,
      "layerNormLinear: x \(x.shape), gain \(gain.shape), shift \(shift.shape)")
    let map = LinearMap("layerNormLinear", x, weight, bias)
    return record(.layerNormLinear, [x, gain, shift, weight, bias]) { inputs in
      let (x, gain, shift, weight, bias) = (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4])
      let normed = Kernels.layerNorm(x, gain: gain, bias: shift, epsilon: epsilon).y
      return (
        map.apply(normed, weight, bias),
        { dy in
          let (normed, mean, rstd) = Kernels.layerNorm(x, gain: gain, bias: shift, epsilon: epsilon)
          let dweight = map.weightGradient(dy, normed)
          let dnormed = map.inputGradient(dy, weight)
          return Kernels.layerNormBackward(dy: dnormed, x: x, gain: gain, mean: mean, rstd: rstd)
            + [dweight, map.biasGradient(dy)]
        }
      )
    }
  }

  /// `linear(gelu(x), weight, bias)`, which keeps x alone for differentiation and applies GELU again there: in a
  /// transformer it saves F numbers a token. Chen et al., arXiv 1604.06174. Traps where the lengths differ.
  public static func geluLinear(_ x: Tensor, weight: Tensor, bias: Tensor) -> Tensor {
    let map = LinearMap("geluLinear", x, weight, bias)
    return record(.geluLinear, [x, weight, bias]) { inputs in
      let (x, weight, bias) = (inputs[0], inputs[1], inputs[2])
      return (
        map.apply(Kernels.unary(.gelu, x), weight, bias),
        { dy in
          var dx = map.inputGradient(dy, weight)  // by gelu(x), to begin with
          let activated = Kernels.unaryWithBackward(.gelu, x, differentiating: &dx)
          return [dx, map.weightGradient(dy, activated), map.biasGradient(dy)]
        }
      )
    }
  }
}

/// The products of `y = x·Wᵀ + b` and of its gradients, for rows of x.
private struct LinearMap {
  let rows, inputs, outputs: Int
  /// The axes before the last.
  let leading: [Int]

  /// Traps where the lengths differ.
  init(_ name: String, _ x: Tensor, _ weight: Tensor, _ bias: Tensor) {
    require(
      x.rank >= 1 && weight.rank == 2 && weight.shape[1] == x.shape[x.rank - 1] && bias.shape == [weight.shape[0]],
      "\(name): x \(x.shape), weight \(weight.shape), bias \(bias.shape)")
    leading = Array(x.shape.dropLast())
    rows = Shape.count(leading)
    inputs = weight.shape[1]
    outputs = weight.shape[0]
  }

  func apply(_ x: Tensor, _ weight: Tensor, _ bias: Tensor) -> Tensor {
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
