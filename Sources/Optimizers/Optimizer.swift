import Autograd
import Layers

/// Changes a model's parameters against their gradients, and keeps what it needs from step to step as named tensors.
public protocol Optimizer: Sendable {
  /// The step after the last, with the learning rate that the optimizer was made with.
  var nextStep: OptimizerStep { get }

  /// Changes `model`'s parameters by one step against `gradients`, which are in their order.
  /// Traps where there are not as many as the model has that the optimizer was made for.
  mutating func update(_ model: inout some Module, with gradients: [Tensor], at step: OptimizerStep)

  /// Hands every tensor of the state to `visit`, to save it or to put a saved one in its place.
  ///
  /// A name is what the tensor is, in PyTorch's word and without a dot, a dot, and the parameter's name:
  /// `exp_avg.blocks.0.mlp.expand.weight`.
  mutating func visitState<Failure>(
    _ visit: (_ name: String, _ tensor: inout Tensor) throws(Failure) -> Void
  ) throws(Failure)
}

extension Optimizer {
  /// One step with the learning rate that the optimizer was made with.
  public mutating func update(_ model: inout some Module, with gradients: [Tensor]) {
    update(&model, with: gradients, at: nextStep)
  }

  /// The tensors of the state with their names, in their order.
  public var namedState: [(name: String, tensor: Tensor)] {
    var copy = self
    var found: [(name: String, tensor: Tensor)] = []
    copy.visitState { found.append(($0, $1)) }
    return found
  }
}

/// What a trainer says of one step.
public struct OptimizerStep: Sendable, Equatable {
  /// Which one it is, counting from 1.
  public var number: Int
  /// The learning rate, η.
  public var learningRate: Double
  /// What gradients are multiplied by first, see `clippingScale`.
  public var gradientScale: Double

  /// A step of these numbers.
  public init(number: Int, learningRate: Double, gradientScale: Double = 1) {
    (self.number, self.learningRate, self.gradientScale) = (number, learningRate, gradientScale)
  }
}
