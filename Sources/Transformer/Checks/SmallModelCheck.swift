import Autograd
import Randomness

/// The gradient check of a model small enough to perturb every weight, with all the components of a large one.
public struct SmallModelCheck: Sendable {
  private let model: GPT

  /// The check of two blocks of an architecture with grouped queries, in float64.
  public init(_ architecture: ModelArchitecture = .gpt) throws(GPTConfigError) {
    let config = GPTConfig(
      architecture, vocabularySize: 7, layerCount: 2, headCount: 4, keyValueHeadCount: 2, width: 8, contextLength: 5)
    model = try GPT(config, key: RandomKey(seed: 1)).converted(to: .float64).withoutZeroMatrices()
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

extension GPT {
  /// A copy whose matrices that are zero, behind which no gradient reaches, are draws with deviation 1/√C instead.
  package func withoutZeroMatrices(seed: UInt64 = 1) -> GPT {
    var index: UInt64 = 0
    return mappingParameters { tensor in
      index += 1
      guard tensor.rank == 2, tensor.sumOfSquares == 0 else { return tensor }
      return .normal(
        tensor.shape, deviation: 1 / Double(config.width).squareRoot(), key: RandomKey(seed: seed).derived(by: index),
        elementType: tensor.elementType)
    }
  }
}
