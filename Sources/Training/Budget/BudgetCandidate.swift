/// A choice whose speed a budget's plan depends on.
package struct BudgetCandidate: Sendable, Hashable {
  /// L, H, C, T and B.
  package let layerCount, headCount, width, contextLength, batchSize: Int
  /// The probability of dropout, which costs time.
  package var dropout: Double

  /// Whether both are models of one shape, whatever their batches.
  func hasShape(of other: BudgetCandidate) -> Bool {
    (layerCount, headCount, width, contextLength)
      == (other.layerCount, other.headCount, other.width, other.contextLength)
  }
}

/// How long a candidate takes.
package struct BudgetMeasurement: Sendable, Equatable {
  /// What was measured.
  package let candidate: BudgetCandidate
  /// The parameters of its model, and the tokens of a step.
  package let parameterCount, tokensPerStep: Int
  /// A step, and the loss alone of as many tokens as one takes, in seconds.
  package let secondsPerStep, secondsPerEvaluation: Double

  /// A measurement with these values.
  package init(
    _ candidate: BudgetCandidate, parameterCount: Int, tokensPerStep: Int, secondsPerStep: Double,
    secondsPerEvaluation: Double
  ) {
    (self.candidate, self.parameterCount, self.tokensPerStep) = (candidate, parameterCount, tokensPerStep)
    (self.secondsPerStep, self.secondsPerEvaluation) = (secondsPerStep, secondsPerEvaluation)
  }

  /// Tokens a second in training.
  package var throughput: Double { Double(tokensPerStep) / secondsPerStep }
}
