import Autograd
import Layers
import Randomness

/// Where the tensors of a new model come from.
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
  func matrix(_ shape: [Int], deviation: Double) -> Tensor {
    switch self {
    case .drawn(let key): .normal(shape, deviation: deviation, key: key)
    case .placeholders: Tensor(placeholder: shape, elementType: .float32)
    }
  }

  /// A vector of one value.
  func vector(_ count: Int, of value: Double) -> Tensor {
    switch self {
    case .drawn: .full([count], value)
    case .placeholders: Tensor(placeholder: [count], elementType: .float32)
    }
  }

  func linear(_ inputs: Int, _ outputs: Int, deviation: Double) -> Linear {
    Linear(weight: matrix([outputs, inputs], deviation: deviation), bias: vector(outputs, of: 0))
  }

  func layerNorm(_ width: Int, epsilon: Double) -> LayerNorm {
    LayerNorm(gain: vector(width, of: 1), bias: vector(width, of: 0), epsilon: epsilon)
  }
}
