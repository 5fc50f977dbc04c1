import Autograd

/// Layer norm of the last axis with a learned gain and bias: Ba et al., arXiv 1607.06450.
public struct LayerNorm: Norm {
  /// [C]
  public var gain, bias: Tensor
  /// ε, added to the variance.
  public let epsilon: Double

  /// A layer norm with the given gain and bias, [C] each.
  public init(gain: Tensor, bias: Tensor, epsilon: Double = 1e-5) {
    (self.gain, self.bias, self.epsilon) = (gain, bias, epsilon)
  }

  /// A layer norm over `width` features, with gain 1 and bias 0.
  public init(_ width: Int, epsilon: Double = 1e-5) {
    self.init(gain: .ones([width]), bias: .zeros([width]), epsilon: epsilon)
  }

  /// `[…, C] → […, C]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    .layerNorm(x, gain: gain, bias: bias, epsilon: epsilon)
  }

  /// This layer norm as the prologue of a linear layer.
  public var prologue: Prologue { .layerNorm(gain: gain, bias: bias, epsilon: epsilon) }

  /// Visits `weight` (the gain) and `bias`.
  public mutating func visit<Failure>(_ visitor: ParameterVisitor<Failure>) throws(Failure) {
    try visitor("weight", &gain)
    try visitor("bias", &bias)
  }
}
