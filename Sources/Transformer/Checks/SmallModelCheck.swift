import Autograd
import Randomness

/// The gradient check of a model small enough to perturb every weight, with all the components of a large one.
public struct SmallModelCheck: Sendable {
  private let model: GPT

  /// The check of two blocks with grouped queries, in float64.
  public init() throws(GPTConfigError) {
    let config = GPTConfig(
      vocabularySize: 7, layerCount: 2, headCount: 4, keyValueHeadCount: 2, width: 8, contextLength: 5)
    model = try GPT(config, key: RandomKey(seed: 1)).converted(to: .float64)
  }

  /// What the tensors are called, in the order in which a report numbers them.
  public var parameterNames: [String] { model.namedParameters.map(\.name) }

  /// Compares the derivatives with respect to all parameters.
  public func report(_ check: GradientCheck) -> GradientCheck.Report {
    let tokens: [Int32] = [1, 4, 2, 2, 6, 0, 3, 5, 1, 1, 2]
    return check.check(model.parameters) { tensors in
      model.replacingParameters(with: tensors)
        .loss(inputs: Array(tokens.dropLast()), targets: Array(tokens.dropFirst()), batchSize: 2)
    }
  }
}
