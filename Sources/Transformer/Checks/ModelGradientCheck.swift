import Autograd

/// Checks the gradient of a model's loss with respect to each parameter against central differences in float64.
///
///     let check = ModelGradientCheck(model, inputs: inputs, targets: targets, batchSize: 2)
///     for report in check.reports(GradientCheck(.elements(8))) where !report.passes { print(report.worst) }
public struct ModelGradientCheck: Sendable {
  /// The parameters' names, in the model's order.
  public let parameterNames: [String]

  private let constants, variables: GPT
  private let inputs, targets: [Int32]
  private let batchSize: Int

  /// The check of `model` on a batch: token ids [B, T], row-major, and the id after each.
  ///
  /// Short sequences will do, since every derivative takes two losses. Traps if `model.loss` does.
  public init(_ model: GPT, inputs: [Int32], targets: [Int32], batchSize: Int) {
    constants = model.converted(to: .float64)
    variables = constants.requiringGradient()
    parameterNames = constants.namedParameters.map(\.name)
    (self.inputs, self.targets, self.batchSize) = (inputs, targets, batchSize)
  }

  /// What is differentiated; where it is no finite number, no derivative can agree.
  public var loss: Double { loss(constants).item }

  /// Compares the derivatives with respect to every parameter, in order: the mode's elements, and all together.
  public func reports(_ check: GradientCheck) -> [GradientCheck.Report] {
    parameterNames.indices.map { report(check, by: $0) }
  }

  /// Compares the derivatives with respect to the mode's elements of parameter `index`, and to all together.
  public func report(_ check: GradientCheck, by index: Int) -> GradientCheck.Report {
    var elements = check
    elements.seed &+= UInt64(index)  // so that tensors of one shape draw elements of their own
    var along = elements
    along.mode = .directions(1)
    let tensors = constants.parameters
    let loss = { (inputs: [Tensor]) in
      // All weights are variables where one of them is, as in training.
      let model = inputs[0].hasHistory ? variables : constants
      var parameters = model.parameters
      parameters[index] = inputs[0]
      return self.loss(model.replacingParameters(with: parameters))
    }
    return elements.check([tensors[index]], loss).merged(with: along.check([tensors[index]], loss))
  }

  /// The batch's losses added up, not averaged: larger derivatives stand out further from the absolute tolerance.
  private func loss(_ model: GPT) -> Tensor {
    model.loss(inputs: inputs, targets: targets, batchSize: batchSize) * Double(targets.count)
  }
}
