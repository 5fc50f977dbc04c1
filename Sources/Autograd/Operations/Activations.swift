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
}

/// An activation function by name, for layers that can have one or another.
public enum Activation: String, Sendable, CaseIterable {
  /// See the function of `Tensor` with this name.
  case tanh, sigmoid, relu, silu, gelu

  /// The activation of x, element by element.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .tanh: x.tanh()
    case .sigmoid: x.sigmoid()
    case .relu: x.relu()
    case .silu: x.silu()
    case .gelu: x.gelu()
    }
  }

  fileprivate var function: UnaryFunction {
    switch self {
    case .tanh: .tanh
    case .sigmoid: .sigmoid
    case .relu: .relu
    case .silu: .silu
    case .gelu: .gelu
    }
  }
}

extension Prologue {
  /// An activation, element by element.
  public static func activation(_ activation: Activation) -> Prologue {
    let function = activation.function
    return Prologue(.activation(activation)) { x, _ in
      Kernels.unary(function, x)
    } recompute: { x, _, dy in
      var dx = dy
      let y = Kernels.unaryWithBackward(function, x, differentiating: &dx)
      return (y, [dx])
    }
  }
}
