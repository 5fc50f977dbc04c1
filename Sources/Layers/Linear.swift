import Autograd
import Randomness

/// An affine map of the last axis: `y = x · weightᵀ + bias`.
public struct Linear: Module {
  /// [out, in]
  public var weight: Tensor
  /// [out]; nil for no bias.
  public var bias: Tensor?

  /// A layer with the given weight and bias.
  public init(weight: Tensor, bias: Tensor?) {
    self.weight = weight
    self.bias = bias
  }

  /// A layer from `inputs` to `outputs` features, initialized uniformly in ±1/√inputs, as `torch.nn.Linear` is.
  public init(_ inputs: Int, _ outputs: Int, hasBias: Bool = true, key: RandomKey) {
    let bound = 1 / Double(max(inputs, 1)).squareRoot()
    weight = .uniform([outputs, inputs], in: -bound..<bound, key: key.derived(by: 0))
    bias = hasBias ? .uniform([outputs], in: -bound..<bound, key: key.derived(by: 1)) : nil
  }

  /// The layer applied to `p(x)`, where p is a norm or an activation: `[…, in] → […, out]`.
  public func callAsFunction(_ x: Tensor, after prologue: Prologue = .identity) -> Tensor {
    .linear(x, weight: weight, bias: bias, after: prologue)
  }

  /// Visits `weight` and `bias`.
  public mutating func visit<Failure>(_ visitor: ParameterVisitor<Failure>) throws(Failure) {
    try visitor("weight", &weight)
    try visitor("bias", &bias)
  }
}
