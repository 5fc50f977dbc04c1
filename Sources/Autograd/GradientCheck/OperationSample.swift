import Randomness

/// Inputs at which an operation's gradient is checked, and the call.
public struct OperationSample: Sendable {
  /// What is particular about it; no two of an operation share it.
  public let name: String
  /// float64 tensors: everything that the gradient is taken with respect to.
  public let inputs: [Tensor]
  /// The call.
  public let function: @Sendable ([Tensor]) -> Tensor

  init(_ name: String, _ inputs: [Tensor], _ function: @escaping @Sendable ([Tensor]) -> Tensor) {
    self.name = name
    self.inputs = inputs
    self.function = function
  }
}

extension Operation {
  /// Checks the operation at each of its samples: a report for each, by the sample's name.
  public func checkGradients(
    _ check: GradientCheck = GradientCheck()
  ) -> [(sample: String, report: GradientCheck.Report)] {
    samples.map { ($0.name, check.check($0.inputs, $0.function)) }
  }
}

// MARK: - Inputs

/// Draws of the normal distribution for a sample's inputs, times `scale`: `[2, 3]` of seed 1.
func normal(_ shape: [Int], _ seed: UInt64 = 1, scale: Double = 1) -> Tensor {
  .normal(shape, deviation: scale, key: RandomKey(seed: seed), elementType: .float64)
}

/// Numbers from `scale`/2 upwards, for functions that a sign would take out of their domain.
func positive(_ shape: [Int], _ seed: UInt64 = 1, scale: Double = 1) -> Tensor {
  Tensor(normal(shape, seed).scalars.map { scale * (0.5 + abs($0)) }, shape: shape, elementType: .float64)
}

/// Numbers of either sign at least `scale`/2 away from 0, for functions with a pole or a kink there.
func awayFromZero(_ shape: [Int], _ seed: UInt64 = 1, scale: Double = 1) -> Tensor {
  Tensor(
    normal(shape, seed).scalars.map { scale * ($0 < 0 ? $0 - 0.5 : $0 + 0.5) }, shape: shape, elementType: .float64)
}
