/// Distributions to learn from beside the tokens that came: the targets `(1 − κ)·(one-hot) + κ·q` of a cross-entropy.
///
/// Distillation at temperature 1: Hinton et al., arXiv 1503.02531.
public struct SoftTargets: Sendable {
  /// q: a distribution for each row, [N, V].
  public let probabilities: Tensor
  /// κ: the weight of q.
  public let weight: Double

  /// The targets with these distributions, [N, V], at weight κ. Traps unless κ is in 0 ... 1.
  public init(_ probabilities: Tensor, weight: Double) {
    require((0...1).contains(weight), "SoftTargets: a weight of \(weight)")
    (self.probabilities, self.weight) = (probabilities.detached, weight)
  }

  /// Those of a range of rows.
  func rows(_ range: Range<Int>) -> SoftTargets { SoftTargets(probabilities.rows(range), weight: weight) }
}
