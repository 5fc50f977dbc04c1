import Autograd
import Files
import NGrams
import Text

/// How far counting alone gets: the loss of modified Kneser–Ney smoothing on the validation split, which it learns nothing
/// from (`KneserNey`).
///
/// Of the orders up to 8 it is the best one there, so that no other is left that a model could lose to. A long text is
/// counted and scored in part.
public struct CountingBaseline: Sendable, Equatable {
  /// The order that is best: so many tokens make up its n-grams.
  public let order: Int
  /// Nats per token.
  public package(set) var loss: Double
  /// Whether the highest order is better than the one below by more than a twentieth: longer contexts than n-grams have would
  /// tell more still.
  public let wantsLongerContexts: Bool
  /// How many of the training tokens were counted, and how many of the validation tokens were scored, from 0 to 1.
  public let countedShare, scoredShare: Double

  /// The most that counting takes, in bytes a token: of a random text that comes twice, in which most contexts do.
  private static let bytesPerToken = 160

  /// Counts the training split, and scores the validation split; nil where memory does not suffice.
  ///
  /// - Parameters:
  ///   - countedTokens, scoredTokens: no more are. Either takes about a second.
  package init?(
    _ dataset: TokenDataset, vocabularySize: Int, countedTokens: Int = 1 << 22, scoredTokens: Int = 1 << 18
  ) {
    let (training, validation) = (dataset[.training], dataset[.validation])
    let counted = (training.startIndex..<training.endIndex).sampled(atMost: countedTokens)
    let scored = (validation.startIndex..<validation.endIndex).sampled(atMost: scoredTokens)
    let bytes = Self.bytesPerToken * counted.reduce(0) { $0 + $1.count }
    guard Double(bytes) < Memory.limit, Memory.isGranted(bytes) else { return nil }
    let counts = NGramCounts(dataset.tokens, in: counted, vocabularySize: vocabularySize)
    let losses = counts.losses(on: validation, in: scored, threads: Processor.current.threads)
    guard let best = losses.indices.min(by: { losses[$0] < losses[$1] }) else { return nil }
    (order, loss) = (best + 1, losses[best])
    wantsLongerContexts = losses[losses.count - 1] < 0.95 * losses[losses.count - 2]
    countedShare = Double(counts.tokenCount) / Double(training.count)
    scoredShare = Double(scored.reduce(0) { $0 + $1.count }) / Double(validation.count)
  }
}
