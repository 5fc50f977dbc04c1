import Autograd
import Foundation
import Layers
import Randomness

/// Where the tensors of a new model come from, and which layers they make.
enum InitialWeights {
  /// The architecture's initial weights.
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

  /// A matrix of draws from a uniform distribution over ±bound.
  private func matrix(_ shape: [Int], bound: Double) -> Tensor {
    switch self {
    case .drawn(let key): .uniform(shape, in: -bound..<bound, key: key)
    case .placeholders: Tensor(placeholder: shape, elementType: .float32)
    }
  }

  /// A matrix of zeros.
  private func zeros(_ shape: [Int]) -> Tensor {
    switch self {
    case .drawn: .zeros(shape)
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
    let deviation = config.architecture == .gpt ? GPTConfig.initialDeviation : Self.nanochatEmbeddingDeviation
    return Embedding(weight: matrix([config.vocabularySize, config.width], deviation: deviation))
  }

  /// What normalizes the embedding, in an architecture that does.
  func embeddingNorm(_ config: GPTConfig) -> RMSNorm? {
    switch config.architecture {
    case .gpt: nil
    case .nanochat: RMSNorm(epsilon: config.normEpsilon)
    }
  }

  /// The head, where it is not the embedding.
  func head(_ config: GPTConfig) -> Embedding? {
    guard !config.tiesHead else { return nil }
    let deviation = config.architecture == .gpt ? GPTConfig.initialDeviation : Self.nanochatHeadDeviation
    return Embedding(weight: matrix([config.vocabularySize, config.width], deviation: deviation))
  }

  func norm(_ config: GPTConfig) -> any Norm {
    switch config.architecture {
    case .gpt:
      LayerNorm(gain: vector(config.width, of: 1), bias: vector(config.width, of: 0), epsilon: config.normEpsilon)
    case .nanochat: RMSNorm(epsilon: config.normEpsilon)
    }
  }

  func attention(_ config: GPTConfig) -> MultiHeadAttention {
    MultiHeadAttention(
      qkv: derived(by: 0).inward(to: config.heads.rowWidth, config),
      output: derived(by: 1).outward(from: config.width, config),
      headCount: config.headCount, keyValueHeadCount: config.keyValueHeadCount,
      queryKeyNorm: config.architecture == .gpt ? nil : RMSNorm(epsilon: config.normEpsilon))
  }

  func mlp(_ config: GPTConfig) -> MLP {
    MLP(
      expand: derived(by: 0).inward(to: config.mlpWidth, config),
      contract: derived(by: 1).outward(from: config.mlpWidth, config),
      activation: config.architecture == .gpt ? .gelu : .reluSquared)
  }
}

// MARK: - Weights

extension InitialWeights {
  /// nanochat's, of the embedding and of the head. The embedding is normalized at once: its size only decides how far a
  /// step of the optimizer turns it.
  private static let nanochatEmbeddingDeviation = 1.0
  private static let nanochatHeadDeviation = 0.001

  /// A map of the residual stream into a branch: in nanochat's, uniform with deviation 1/√C.
  private func inward(to outputs: Int, _ config: GPTConfig) -> Linear {
    let shape = [outputs, config.width]
    switch config.architecture {
    case .gpt: return Linear(weight: matrix(shape, deviation: GPTConfig.initialDeviation), bias: vector(outputs, of: 0))
    case .nanochat: return Linear(weight: matrix(shape, bound: (3 / Double(config.width)).squareRoot()), bias: nil)
    }
  }

  /// A map of a branch back into the residual stream, two a block. GPT-2 scales them so that the variance there stays
  /// near one, and nanochat begins with zeros.
  private func outward(from inputs: Int, _ config: GPTConfig) -> Linear {
    let shape = [config.width, inputs]
    switch config.architecture {
    case .gpt:
      let deviation = GPTConfig.initialDeviation / sqrt(2 * Double(config.layerCount))
      return Linear(weight: matrix(shape, deviation: deviation), bias: vector(config.width, of: 0))
    case .nanochat: return Linear(weight: zeros(shape), bias: nil)
    }
  }
}
