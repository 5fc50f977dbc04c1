// Activation functions, element by element.

extension Tensor {
  /// `1 / (1 + e⁻ˣ)`.
  public func sigmoid() -> Tensor {
    Tensor.record(.sigmoid, [self]) { unary(.sigmoid, $0[0]) }
  }

  /// `max(0, x)`; the derivative at 0 is taken as 0.
  public func relu() -> Tensor {
    Tensor.record(.relu, [self]) { unary(.relu, $0[0]) }
  }

  /// `x · sigmoid(x)`; Elfwing et al., arXiv 1702.03118.
  public func silu() -> Tensor {
    Tensor.record(.silu, [self]) { unary(.silu, $0[0]) }
  }

  /// `½x(1 + tanh(√(2/π)(x + 0.044715x³)))`; the tanh form of Hendrycks & Gimpel, arXiv 1606.08415.
  public func gelu() -> Tensor {
    Tensor.record(.gelu, [self]) { unary(.gelu, $0[0]) }
  }

  /// `max(0, x)²`, transformers' "relu2"; So et al., arXiv 2109.08668.
  public func reluSquared() -> Tensor {
    Tensor.record(.reluSquared, [self]) { unary(.reluSquared, $0[0]) }
  }
}

extension Prologue {
  /// A function of the kernels' own, element by element.
  static func unary(_ function: UnaryFunction) -> Prologue {
    Prologue(.activation) { x, _ in
      Kernels.unary(function, x)
    } recompute: { x, _, dy in
      var dx = dy
      let y = Kernels.unaryWithBackward(function, x, differentiating: &dx)
      return (y, [dx])
    }
  }
}
