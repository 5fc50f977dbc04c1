import Randomness

/// Inputs at which an operation's gradient is checked, and the call.
public struct OperationSample: Sendable {
  /// What is particular about it.
  public let name: String
  /// float64 tensors: all that the gradient is taken by.
  public let inputs: [Tensor]
  /// The call.
  public let function: @Sendable ([Tensor]) -> Tensor

  init(_ name: String, _ inputs: [Tensor], _ function: @escaping @Sendable ([Tensor]) -> Tensor) {
    self.name = name
    self.inputs = inputs
    self.function = function
  }
}

/// Draws of the normal distribution for a sample's inputs: `[2, 3]` of seed 1.
func normal(_ shape: [Int], _ seed: UInt64 = 1) -> Tensor {
  Tensor(normal: 1, shape: shape, key: RandomKey(seed: seed), elementType: .float64)
}

/// Numbers from ½ upwards, for functions that a sign would take out of their domain or to a kink.
func positive(_ shape: [Int], _ seed: UInt64 = 1) -> Tensor {
  Tensor(normal(shape, seed).scalars.map { 0.5 + abs($0) }, shape: shape)
}

/// Numbers at least ½ away from 0, of either sign.
func awayFromZero(_ shape: [Int], _ seed: UInt64 = 1) -> Tensor {
  Tensor(normal(shape, seed).scalars.map { $0 < 0 ? $0 - 0.5 : $0 + 0.5 }, shape: shape)
}
