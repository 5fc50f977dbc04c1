import Autograd
import Randomness

/// An affine map of the last axis: `y = x · weightᵀ + bias`.
public struct Linear: Module {
  /// [out, in]
  public var weight: Tensor
  /// [out]
  public var bias: Tensor

  /// Weights from a normal distribution of the given deviation, or 0 without a key; biases zero.
  init(_ inputs: Int, _ outputs: Int, deviation: Double, key: RandomKey?) {
    weight = .initialWeight([outputs, inputs], deviation: deviation, key: key)
    bias = Tensor(repeating: 0, shape: [outputs], elementType: .float32)
  }

  /// `[…, in] → […, out]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    .linear(x, weight: weight, bias: bias)
  }

  /// The same of the layer norm of x.
  func callAsFunction(_ x: Tensor, after norm: LayerNorm) -> Tensor {
    .layerNormLinear(x, gain: norm.gain, shift: norm.bias, epsilon: norm.epsilon, weight: weight, bias: bias)
  }

  /// The same of GELU(x).
  func callAsFunction(afterGELU x: Tensor) -> Tensor {
    .geluLinear(x, weight: weight, bias: bias)
  }

  /// Visits the learned tensors by their names: `weight`, `bias`.
  public mutating func visitParameters(_ path: String, _ visit: ParameterVisitor) throws {
    try visit(join(path, "weight"), &weight)
    try visit(join(path, "bias"), &bias)
  }
}
