import Autograd
import Foundation
import Layers
import Randomness

/// Where the tensors of a new model come from, and which layers they make.
enum InitialWeights {
  /// GPT-2's initial weights: matrices normal, biases zero, gains one.
  case drawn(RandomKey)
  /// Shapes without elements, for whoever will put others in their place; they take no memory.
  case placeholders

  /// The source for part number `part`, whose draws are its own.
  func derived(by part: Int) -> InitialWeights {
    switch self {
    case .drawn(let key): .drawn(key.derived(by: UInt64(part)))
    case .placeholders: .placeholders
    }
  }

  /// A matrix of draws from a normal distribution of the given deviation.
  private func matrix(_ shape: [Int], deviation: Double) -> Tensor {
    switch self {
    case .drawn(let key): .normal(shape, deviation: deviation, key: key)
    case .placeholders: Tensor(placeholder: shape, elementType: .float32)
    }
  }

  /// A vector of one value.
  private func vector(_ count: Int, of value: Double) -> Tensor {
    switch self {
    case .drawn: .full([count], value)
    case .placeholders: Tensor(placeholder: [count], elementType: .float32)
    }
  }
}

// MARK: - The layers that a configuration asks for

extension InitialWeights {
  func embedding(_ config: GPTConfig) -> Embedding {
    Embedding(weight: matrix([config.vocabularySize, config.width], deviation: GPTConfig.initialDeviation))
  }

  func norm(_ config: GPTConfig) -> any Norm {
    LayerNorm(gain: vector(config.width, of: 1), bias: vector(config.width, of: 0), epsilon: config.layerNormEpsilon)
  }

  func attention(_ config: GPTConfig) -> MultiHeadAttention {
    MultiHeadAttention(
      qkv: derived(by: 0).linear(config.width, config.heads.rowWidth, deviation: GPTConfig.initialDeviation),
      output: derived(by: 1).linear(config.width, config.width, deviation: residualDeviation(config)),
      headCount: config.headCount, keyValueHeadCount: config.keyValueHeadCount)
  }

  func mlp(_ config: GPTConfig) -> MLP {
    MLP(
      expand: derived(by: 0).linear(config.width, config.mlpWidth, deviation: GPTConfig.initialDeviation),
      contract: derived(by: 1).linear(config.mlpWidth, config.width, deviation: residualDeviation(config)))
  }

  private func linear(_ inputs: Int, _ outputs: Int, deviation: Double) -> Linear {
    Linear(weight: matrix([outputs, inputs], deviation: deviation), bias: vector(outputs, of: 0))
  }

  /// Two projections a block end in the residual stream; GPT-2 scales them so that its variance stays near one.
  private func residualDeviation(_ config: GPTConfig) -> Double {
    GPTConfig.initialDeviation / sqrt(2 * Double(config.layerCount))
  }
}
