import Autograd
import Randomness

/// Two linear layers with an activation in between: `[…, C] → […, F] → […, C]`.
public struct MLP: Module {
  /// From C to F, and back.
  public var expand, contract: Linear
  /// The activation in between.
  public let activation: Activation

  /// An MLP with the given layers.
  public init(expand: Linear, contract: Linear, activation: Activation = .gelu) {
    (self.expand, self.contract, self.activation) = (expand, contract, activation)
  }

  /// An MLP from `width` to `hidden` features and back, initialized as `Linear` is.
  public init(_ width: Int, hidden: Int, activation: Activation = .gelu, hasBias: Bool = true, key: RandomKey) {
    self.init(
      expand: Linear(width, hidden, hasBias: hasBias, key: key.derived(by: 0)),
      contract: Linear(hidden, width, hasBias: hasBias, key: key.derived(by: 1)), activation: activation)
  }

  /// The MLP applied to `p(x)`, where p is a norm or an activation; the context's dropout applies to the result.
  public func callAsFunction(
    _ x: Tensor, after prologue: Prologue = .identity, _ context: ForwardContext = ForwardContext()
  ) -> Tensor {
    let y = contract(expand(x, after: prologue), after: .activation(activation))
    return context.observe(context.drop(y, at: .mlpOutput), at: .mlpOutput(layer: context.layer))
  }

  /// Visits `expand` and `contract`.
  public mutating func visit<Failure>(_ visitor: ParameterVisitor<Failure>) throws(Failure) {
    try visitor("expand", &expand)
    try visitor("contract", &contract)
  }
}
