import Autograd
import Foundation
import Layers

/// AdamW: Adam with decoupled weight decay; Kingma & Ba, arXiv 1412.6980, Loshchilov & Hutter, arXiv 1711.05101.
///
/// Per weight w with gradient g at step t: `w −= η·λ·w; m += (1−β₁)(g−m); v = β₂v + (1−β₂)g²;
/// w −= η · (m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε)`.
public struct AdamW: Optimizer {
  /// η, unless a step specifies another.
  public var learningRate: Double
  /// β₁ and β₂, the decay rates of the moments.
  public let beta1, beta2: Double
  /// ε, torch's default.
  public static let epsilon = 1e-8

  /// The state of one parameter.
  private struct Slot: Sendable {
    let index: Int  // among the model's parameters
    let name: String
    let group: ParameterGroup
    var firstMoment, secondMoment: Tensor  // m and v

    mutating func apply(_ step: AdamWStep, to weights: inout Tensor, _ gradient: Tensor) {
      weights.applyAdamW(step, gradient: gradient, firstMoment: &firstMoment, secondMoment: &secondMoment)
    }
  }

  private var slots: [Slot]  // in the order of the model's parameters
  private let parameterCount: Int
  private var lastStep = 0

  /// An optimizer for the parameters of `model`, with moments of zero.
  ///
  /// - Parameters:
  ///   - groups: weight decay and learning-rate scale per parameter; by default only matrices decay, by `weightDecay`.
  public init(
    _ model: some Module, learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999,
    weightDecay: Double = 0.01, groups: [ParameterGroup]? = nil
  ) {
    let groups = groups ?? [.matrices(weightDecay: weightDecay), .others]
    self.init(model, learningRate: learningRate, beta1: beta1, beta2: beta2, groups: groups, leavingOut: [])
  }

  /// The same, but for the parameters of these indices, of which it keeps nothing and which it does not change.
  init(
    _ model: some Module, learningRate: Double, beta1: Double, beta2: Double, groups: [ParameterGroup],
    leavingOut others: Set<Int>
  ) {
    (self.learningRate, self.beta1, self.beta2) = (learningRate, beta1, beta2)
    let parameters = model.namedParameters
    parameterCount = parameters.count
    slots = parameters.enumerated().filter { !others.contains($0.offset) }.map { index, parameter in
      let (name, tensor) = parameter
      let zero = { Tensor(repeating: 0, shape: tensor.shape, elementType: tensor.elementType) }
      return Slot(
        index: index, name: name, group: groups.group(of: name, rank: tensor.rank), firstMoment: zero(),
        secondMoment: zero())
    }
  }

  /// The next step, with the optimizer's own learning rate.
  public var nextStep: OptimizerStep { OptimizerStep(number: lastStep + 1, learningRate: learningRate) }

  /// Updates `model`'s parameters by one step; `gradients` are in the order of the parameters.
  public mutating func update(_ model: inout some Module, with gradients: [Tensor], at step: OptimizerStep) {
    require(gradients.count == parameterCount, "AdamW: \(gradients.count) gradients of \(parameterCount) tensors")
    lastStep = step.number
    var (index, slot) = (0, 0)
    model.visitParameters { _, weights in
      defer { index += 1 }
      guard slot < slots.count, slots[slot].index == index else { return }
      let group = slots[slot].group
      let kernelStep = AdamWStep(
        rate: step.learningRate * group.learningRateScale, beta1: beta1, beta2: beta2, epsilon: Self.epsilon,
        decay: group.weightDecay, correction1: 1 - pow(beta1, Double(step.number)),
        correction2: 1 - pow(beta2, Double(step.number)), gradientScale: step.gradientScale)
      slots[slot].apply(kernelStep, to: &weights, gradients[index])
      slot += 1
    }
  }

  /// Visits `exp_avg` (m) and `exp_avg_sq` (v) of every parameter.
  public mutating func visitState<Failure>(
    _ visit: (_ name: String, _ tensor: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    for index in slots.indices {
      try visit("exp_avg.\(slots[index].name)", &slots[index].firstMoment)
      try visit("exp_avg_sq.\(slots[index].name)", &slots[index].secondMoment)
    }
  }
}
