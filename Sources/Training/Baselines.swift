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
  /// Knowing how often the longest useful contexts occur, and all shorter ones; nil where there is no memory to count them.
  public package(set) var counting: CountingBaseline?

  /// The baselines of a dataset over `vocabularySize` tokens; nil if there is nothing to validate with.
  public init?(_ dataset: TokenDataset, vocabularySize: Int) {
    guard dataset[.validation].count > 1 else { return nil }
    uniform = log(Double(vocabularySize))
    counting = CountingBaseline(dataset, vocabularySize: vocabularySize)
    let splits = [dataset[.training], dataset[.validation]]
    guard vocabularySize <= 256 else {
      let counts = splits.map { $0.dropFirst().counts(vocabularySize: vocabularySize) }
      (unigram, bigram) = (Self.loss(counts[0], counts[1]), nil)
      return
    }
    let pairs = splits.map { $0.pairCounts(vocabularySize: vocabularySize) }
    let counts = pairs.map { pairs in
      (0..<vocabularySize).map { column in
        stride(from: column, to: pairs.count, by: vocabularySize).reduce(0) { $0 + pairs[$1] }
      }
    }
    unigram = Self.loss(counts[0], counts[1])
    bigram = Self.loss(pairs[0], pairs[1], contexts: vocabularySize)
  }

  /// The mean loss on tokens that were counted as `scored`, of a model that counted `seen`; both are [contexts, V].
  private static func loss(_ seen: [Int], _ scored: [Int], contexts: Int = 1) -> Double {
    let size = seen.count / contexts
    var sum = 0.0
    for row in 0..<contexts {
      let places = row * size..<(row + 1) * size
      let total = Double(seen[places].reduce(size, +))
      for place in places where scored[place] > 0 {
        sum -= Double(scored[place]) * log(Double(seen[place] + 1) / total)
      }
    }
    return sum / Double(scored.reduce(0, +))
  }
}
