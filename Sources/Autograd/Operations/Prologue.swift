/// A norm or an activation applied to a linear layer's input; backward recomputes it instead of storing it.
///
///     Tensor.linear(x, weight: w, bias: b, after: .layerNorm(gain: g, bias: s))
///     Tensor.linear(h, weight: w, bias: b, after: .activation(.gelu))
///
/// Each is next to its operation: its forward pass, and one function that recomputes it with its gradients.
public struct Prologue: Sendable {
  /// `p(x)`, given x and the operands without history.
  typealias Forward = @Sendable (_ x: Tensor, _ operands: [Tensor]) -> Tensor
  /// `p(x)` once more, with the gradients with respect to x and each operand; `dy` is the gradient with respect to p(x),
  /// and may be overwritten.
  typealias Recompute =
    @Sendable (_ x: Tensor, _ operands: [Tensor], _ dy: consuming Tensor) -> (y: Tensor, gradients: [Tensor])

  /// Every prologue there is, but that activations have names of their own.
  enum Kind: CaseIterable {
    case identity, layerNorm, rmsNorm, activation

    /// What the gradient check of `linear` draws for the prologues of this kind.
    var samples: [PrologueSample] {
      switch self {
      case .identity: [.identity]
      case .layerNorm: [.layerNorm]
      case .rmsNorm: [.rmsNorm]
      case .activation: Activation.allCases.map(PrologueSample.activation)
      }
    }
  }

  let kind: Kind
  /// The tensors that p computes with besides x.
  let operands: [Tensor]
  let forward: Forward
  let recompute: Recompute

  init(_ kind: Kind, operands: [Tensor] = [], forward: @escaping Forward, recompute: @escaping Recompute) {
    (self.kind, self.operands, self.forward, self.recompute) = (kind, operands, forward, recompute)
  }

  /// The identity: `p(x) = x`.
  public static let identity = Prologue(.identity) { x, _ in
    x
  } recompute: { x, _, dy in
    (x, [dy])
  }
}

// MARK: - Activations

/// An activation function by name, for layers that can have one or another.
public enum Activation: String, Sendable, CaseIterable {
  /// See the function of `Tensor` with this name.
  case tanh, sigmoid, relu, silu, gelu, reluSquared

  /// The activation of x, element by element.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .tanh: x.tanh()
    case .sigmoid: x.sigmoid()
    case .relu: x.relu()
    case .silu: x.silu()
    case .gelu: x.gelu()
    case .reluSquared: x.reluSquared()
    }
  }
}

extension Prologue {
  /// An activation, element by element.
  public static func activation(_ activation: Activation) -> Prologue {
    switch activation {
    case .tanh: .unary(.tanh)
    case .sigmoid: .unary(.sigmoid)
    case .relu: .unary(.relu)
    case .silu: .unary(.silu)
    case .gelu: .unary(.gelu)
    case .reluSquared: .unary(.reluSquared)
    }
  }
}
