import Foundation
import Text

/// The losses of simple models on the validation split, to put a model's loss in context.
///
/// Counts come from the training part, with one added to each so that nothing has probability 0:
/// unigram `p(b) = (n_b + 1) / (n + V)`, bigram `p(b | a) = (n_ab + 1) / (n_a + V)`. All in nats per token, over every
/// token of the validation part but its first.
public struct Baselines: Sendable, Equatable {
  /// Uniform guessing: ln V.
  public let uniform: Double
  /// Knowing how often each token occurs.
  public let unigram: Double
  /// Knowing how often each token follows each other; nil for vocabularies above 256, where counts are too thin.
  public let bigram: Double?

  /// The baselines of a dataset over `vocabularySize` tokens; nil if there is nothing to validate with.
  public init?(_ dataset: TokenDataset, vocabularySize: Int) {
    guard dataset[.validation].count > 1 else { return nil }
    uniform = log(Double(vocabularySize))
    unigram = Self.loss(dataset, vocabularySize, contexts: 1) { _ in 0 }
    bigram = vocabularySize <= 256 ? Self.loss(dataset, vocabularySize, contexts: vocabularySize) { Int($0) } : nil
  }

  /// The loss of counts that tell `contexts` kinds of preceding token apart.
  private static func loss(
    _ dataset: TokenDataset, _ size: Int, contexts: Int, _ context: (Int32) -> Int
  ) -> Double {
    var counts = [Int](repeating: 1, count: contexts * size)
    var totals = [Int](repeating: size, count: contexts)
    for (previous, next) in zip(dataset[.training], dataset[.training].dropFirst()) {
      counts[context(previous) * size + Int(next)] += 1
      totals[context(previous)] += 1
    }
    var sum = 0.0
    for (previous, next) in zip(dataset[.validation], dataset[.validation].dropFirst()) {
      let row = context(previous)
      sum -= log(Double(counts[row * size + Int(next)]) / Double(totals[row]))
    }
    return sum / Double(dataset[.validation].count - 1)
  }
}
