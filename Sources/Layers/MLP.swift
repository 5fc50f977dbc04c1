import Autograd
import Randomness

/// Two linear maps with an activation between: `[…, C] → […, F] → […, C]`.
public struct MLP: Module {
  /// From C to F, and back.
  public var expand, contract: Linear
  /// What is between.
  public let activation: Activation

  /// An MLP of given maps.
  public init(expand: Linear, contract: Linear, activation: Activation = .gelu) {
    (self.expand, self.contract, self.activation) = (expand, contract, activation)
  }

  /// An MLP from `width` to `hidden` numbers and back, its weights drawn as those of `Linear`.
  public init(_ width: Int, hidden: Int, activation: Activation = .gelu, hasBias: Bool = true, key: RandomKey) {
    self.init(
      expand: Linear(width, hidden, hasBias: hasBias, key: key.derived(by: 0)),
      contract: Linear(hidden, width, hasBias: hasBias, key: key.derived(by: 1)), activation: activation)
  }

  /// The MLP of `p(x)`, p being a norm or an activation; the context's dropout acts on the result.
  public func callAsFunction(
    _ x: Tensor, after prologue: Prologue = .none, _ context: ForwardContext = ForwardContext()
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
