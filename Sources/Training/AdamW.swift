import Autograd
import Foundation
import Transformer

/// AdamW: Adam with decoupled weight decay; Kingma & Ba, arXiv 1412.6980, Loshchilov & Hutter, arXiv 1711.05101.
///
/// Per weight w with gradient g at step t: `w −= η·λ·w; m += (1−β₁)(g−m); v = β₂v + (1−β₂)g²;
/// w −= η · (m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε)`. Only matrices decay: tensors of two axes or more.
public struct AdamW: Sendable {
  /// β₁ and β₂, how much of each moment stays a step.
  public let beta1, beta2: Double
  /// λ, the share of a matrix that is taken off a step, per unit of the learning rate.
  public let weightDecay: Double
  /// ε, torch's default.
  public static let epsilon = 1e-8

  /// How many steps were taken.
  package private(set) var step = 0
  /// m and v, in the order of the model's parameters.
  package private(set) var firstMoments, secondMoments: [Tensor]

  /// An optimizer of `parameters`, its moments zero.
  public init(parameters: [Tensor], beta1: Double, beta2: Double, weightDecay: Double) {
    let zeros = parameters.map { Tensor(repeating: 0, shape: $0.shape, elementType: $0.elementType) }
    self.init(
      step: 0, firstMoments: zeros, secondMoments: zeros, beta1: beta1, beta2: beta2, weightDecay: weightDecay)
  }

  /// An optimizer that goes on after `step`.
  package init(
    step: Int, firstMoments: [Tensor], secondMoments: [Tensor], beta1: Double, beta2: Double, weightDecay: Double
  ) {
    (self.step, self.firstMoments, self.secondMoments) = (step, firstMoments, secondMoments)
    (self.beta1, self.beta2, self.weightDecay) = (beta1, beta2, weightDecay)
  }

  /// Changes `model`'s parameters by one step against `gradients`, which are in their order.
  ///
  /// - Parameter gradientScale: what gradients are multiplied by first: see `clippingScale`.
  public mutating func update<Model: Module>(
    _ model: inout Model, with gradients: [Tensor], learningRate: Double, gradientScale: Double = 1
  ) {
    require(
      gradients.count == firstMoments.count, "AdamW: \(gradients.count) gradients of \(firstMoments.count) tensors")
    step += 1
    var call = AdamWStep(
      rate: learningRate, beta1: beta1, beta2: beta2, epsilon: Self.epsilon, decay: weightDecay,
      correction1: 1 - pow(beta1, Double(step)), correction2: 1 - pow(beta2, Double(step)),
      gradientScale: gradientScale)
    var index = 0
    // The visitor does not throw.
    try? model.visitParameters("") { _, weights in
      call.decay = weights.rank >= 2 ? weightDecay : 0
      weights.applyAdamW(
        call, gradient: gradients[index], firstMoment: &firstMoments[index], secondMoment: &secondMoments[index])
      index += 1
    }
  }
}

extension [Tensor] {
  /// The Euclidean norm of all elements of all tensors together.
  public var globalNorm: Double {
    reduce(0) { $0 + $1.sumOfSquares }.squareRoot()
  }
}

/// What gradients of norm `norm` are multiplied by so that it does not exceed `limit`, as
/// `torch.nn.utils.clip_grad_norm_` has it; a limit of 0 stands for none.
public func clippingScale(norm: Double, limit: Double) -> Double {
  limit > 0 ? min(1, limit / (norm + 1e-6)) : 1
}
