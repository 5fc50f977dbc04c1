import Autograd

/// Layer norm of the last axis with a learned gain and bias: Ba et al., arXiv 1607.06450.
public struct LayerNorm: Module {
  /// [C]
  public var gain, bias: Tensor
  let epsilon: Double

  /// Gains one, biases zero.
  init(_ width: Int, epsilon: Double) {
    gain = Tensor(repeating: 1, shape: [width], elementType: .float32)
    bias = Tensor(repeating: 0, shape: [width], elementType: .float32)
    self.epsilon = epsilon
  }

  /// `[…, C] → […, C]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    .layerNorm(x, gain: gain, bias: bias, epsilon: epsilon)
  }

  /// Visits the learned tensors by their names: `weight` (the gain), `bias`.
  public mutating func visitParameters(_ path: String, _ visit: ParameterVisitor) throws {
    try visit(join(path, "weight"), &gain)
    try visit(join(path, "bias"), &bias)
  }
}
