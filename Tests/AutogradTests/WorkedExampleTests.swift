import Autograd
import Testing

/// Attention by hand, as textbooks work it out: three words, embeddings of width 3, one head of width 2.
@Suite("The textbooks' worked example of attention")
struct WorkedExampleTests {
  static let words = Tensor(
    [
      1.0, 2.0, 3.0,  // dog
      0.5, 1.0, 1.5,  // ate
      2.0, 1.0, 0.5,  // dinner
    ], shape: [3, 3], elementType: .float64)
  static let queryWeights = Tensor([0.6, -0.2, 0.1, 0.5, -0.3, 0.4], shape: [3, 2], elementType: .float64)
  static let keyWeights = Tensor([0.2, 0.3, -0.4, 0.7, 0.5, -0.1], shape: [3, 2], elementType: .float64)
  static let valueWeights = Tensor([0.9, 0.1, 0.2, 0.8, -0.1, 0.6], shape: [3, 2], elementType: .float64)

  /// The textbooks print three digits: half a unit of the last.
  static let half = 0.0005

  /// One sequence of words in one head: [1, words, 1, 2].
  private func project(_ words: Tensor, _ weights: Tensor) -> Tensor {
    Tensor.matmul(words, weights).reshaped(to: [1, -1, 1, 2])
  }

  @Test("dog looks at dog, ate and dinner with the weights 0.448, 0.172, 0.380")
  func weights() {
    let dog = Self.words.slice(0..<1)
    let weights = Tensor.attentionWeights(
      queries: project(dog, Self.queryWeights), keys: project(Self.words, Self.keyWeights), mask: .none)
    for (found, expected) in zip(weights.scalars, [0.448, 0.172, 0.380]) {
      #expect(abs(found - expected) < Self.half)
    }
  }

  @Test("and so becomes 1.275, 2.363")
  func output() {
    let dog = Self.words.slice(0..<1)
    let values = project(Self.words, Self.valueWeights)
    let output = Tensor.attention(
      queries: project(dog, Self.queryWeights), keys: project(Self.words, Self.keyWeights), values: values,
      mask: .none)
    // The textbooks take the output of weights already rounded: an error of half a unit times the values' column sums.
    let columnSums = values.sum(axes: [0, 1, 2]).scalars
    for (column, expected) in [1.275, 2.363].enumerated() {
      #expect(abs(output.scalars[column] - expected) < Self.half * (columnSums[column] + 1))
    }
  }

  @Test("dog, the last of its sentence, sees the same with the mask that training uses")
  func causal() {
    // Ate, dinner, dog: the weights follow their words.
    let order = Tensor.embedding([1, 2, 0], table: Self.words)
    let weights = Tensor.attentionWeights(
      queries: project(order, Self.queryWeights), keys: project(order, Self.keyWeights), mask: .causal)
    for (found, expected) in zip(weights.scalars.suffix(3), [0.172, 0.380, 0.448]) {
      #expect(abs(found - expected) < Self.half)
    }
    // Ate, the first, sees itself alone.
    #expect(weights.scalars.prefix(3) == [1, 0, 0])
  }
}
