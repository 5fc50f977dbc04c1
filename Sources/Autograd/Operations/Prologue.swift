/// What a linear map applies to its input first: a norm or an activation, which backward recomputes instead of keeping.
///
///     Tensor.linear(x, weight: w, bias: b, after: .layerNorm(gain: g, bias: s))
///     Tensor.linear(h, weight: w, bias: b, after: .activation(.gelu))
///
/// Each stands beside the operation that it is: its value, and in one function its value once more with its gradients.
public struct Prologue: Sendable {
  /// `p(x)`, given x and the operands without history.
  typealias Forward = @Sendable (_ x: Tensor, _ operands: [Tensor]) -> Tensor
  /// `p(x)` once more, with the gradients with respect to x and each operand; `dy` is the gradient with respect to p(x),
  /// and may be overwritten.
  typealias Recompute =
    @Sendable (_ x: Tensor, _ operands: [Tensor], _ dy: consuming Tensor) -> (y: Tensor, gradients: [Tensor])

  /// Every prologue there is. The gradient check of `linear` goes through all of them.
  enum Kind: Hashable, CaseIterable {
    case none, layerNorm
    case activation(Activation)

    static let allCases = [none, layerNorm] + Activation.allCases.map(activation)
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
  public static let none = Prologue(.none) { x, _ in
    x
  } recompute: { x, _, dy in
    (x, [dy])
  }
}
