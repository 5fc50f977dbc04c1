import Foundation

/// A text of fables, how it was made, and the least loss that a predictor can expect on it.
///
/// The entropy is the mean of −ln p(character | all characters before it) over the validation part, the
/// characters from ⌊0.9 · n⌋ on, as nanoGPT cuts a text. It is exact: p is the probability under the grammar
/// that wrote the text, summed over every derivation that agrees with what was read so far. The part begins
/// in the middle of a fable, whose beginning is known from the training part. Whoever does not know the draws
/// has at least this loss in expectation, and beats the sum over a given text by t nats with a probability of
/// at most e^−t (Markov's inequality for the likelihood ratio); who sees only a window has a little more.
public struct FableCorpus: Sendable {
  /// Whole fables, a blank line after each.
  public let text: String
  /// The seed that the text was drawn from.
  public let seed: UInt64
  /// The version of the grammar.
  public let grammarVersion: Int
  /// Where the validation part begins, in characters.
  public let validationStart: Int
  /// Of the validation part, in nats.
  public let entropyPerCharacter: Double

  /// Writes fables from a seed until there are `byteCount` bytes, and measures them.
  public init(seed: UInt64, byteCount: Int, grammar: FableGrammar = .standard) {
    text = FableWriter(grammar).text(seed: seed, byteCount: byteCount)
    self.seed = seed
    grammarVersion = grammar.version
    let characterCount = text.utf8.count
    validationStart = Int(0.9 * Double(characterCount))
    entropyPerCharacter = FableScorer(grammar)
      .entropyPerCharacter(of: text, in: validationStart..<characterCount)
  }

  /// What stands in the file beside the text, `data/fables.json` beside `data/fables.txt`.
  public var sidecar: String {
    """
    {
      "generator": "minigpt corpus fables",
      "grammar_version": \(grammarVersion),
      "seed": \(seed),
      "characters": \(text.utf8.count),
      "validation_start": \(validationStart),
      "entropy_nats_per_character": \(String(format: "%.6f", entropyPerCharacter))
    }

    """
  }
}
