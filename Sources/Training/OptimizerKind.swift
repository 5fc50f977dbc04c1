import Layers
import Optimizers

/// The optimizers that a run can have, by the names that `--optimizer` takes.
public enum OptimizerKind: String, Sendable, CaseIterable {
  /// `AdamW` for every parameter.
  case adamw
  /// `Muon` for the matrices inside blocks, AdamW for the rest.
  case muon

  /// The learning rate that a recipe gets with it: embeddings, gains and biases bear more where matrices have a rate of
  /// their own. On tinyshakespeare, 300 steps of `baby` with Muon end at a validation loss of 1.904, 1.873, 1.818, 1.818
  /// and 1.834 with 0.003, 0.01, 0.03, 0.06 and 0.1.
  var usualLearningRate: Double {
    switch self {
    case .adamw: 1e-3
    case .muon: 0.03
    }
  }

  /// A fresh optimizer of `model` with the numbers of `options`.
  func makeOptimizer(of model: some Module, _ options: TrainingOptions) -> any Optimizer {
    switch self {
    case .adamw:
      AdamW(
        model, learningRate: options.learningRate, beta1: options.beta1, beta2: options.beta2,
        weightDecay: options.weightDecay)
    case .muon:
      Muon(
        model, learningRate: options.learningRate, matrixLearningRate: options.muonLearningRate,
        momentum: options.muonMomentum, beta1: options.beta1, beta2: options.beta2, weightDecay: options.weightDecay)
    }
  }
}
