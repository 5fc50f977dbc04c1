import Autograd
import Layers

/// Updates a model's parameters from their gradients, and keeps its state between steps as named tensors.
public protocol Optimizer: Sendable {
  /// The next step, with the optimizer's own learning rate.
  var nextStep: OptimizerStep { get }

  /// Updates `model`'s parameters by one step; `gradients` are in the order of the parameters.
  /// Traps unless there are as many as the model has that the optimizer was created for.
  mutating func update(_ model: inout some Module, with gradients: [Tensor], at step: OptimizerStep)

  /// Passes every tensor of the state to `visit`, to save it or to restore a saved one.
  ///
  /// A name is PyTorch's name of the state (without a dot), a dot, and the parameter's name:
  /// `exp_avg.blocks.0.mlp.expand.weight`.
  mutating func visitState<Failure>(
    _ visit: (_ name: String, _ tensor: inout Tensor) throws(Failure) -> Void
  ) throws(Failure)
}

extension Optimizer {
  /// One step with the optimizer's own learning rate.
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

/// The settings of one step.
public struct OptimizerStep: Sendable, Equatable {
  /// The step number, counting from 1.
  public var number: Int
  /// The learning rate, η.
  public var learningRate: Double
  /// The factor applied to gradients first, see `clippingScale`.
  public var gradientScale: Double

  /// A step with the given settings.
  public init(number: Int, learningRate: Double, gradientScale: Double = 1) {
    (self.number, self.learningRate, self.gradientScale) = (number, learningRate, gradientScale)
  }
}
