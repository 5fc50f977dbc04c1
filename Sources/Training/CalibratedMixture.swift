import Files
import NGrams
import Text

/// The n-grams that a run mixes in, counted twice: without the calibration split, to fit the exponents to it, and with it, to
/// mix with those exponents.
struct CalibratedMixture: Sendable {
  /// All of the text before the validation split, not fitted yet.
  let whole: NGramMixture
  /// The same without the calibration split.
  let heldOut: NGramMixture

  /// The n-grams of `dataset`.
  ///
  /// - Throws: `MemoryError` where counting them takes more memory than there is.
  init(_ dataset: TokenDataset, vocabularySize: Int) throws(MemoryError) {
    let parts = [dataset[.training], dataset.tokens[..<dataset[.validation].startIndex]]
    let count = parts.reduce(0) { $0 + min($1.count, CountedText.mostTokens) }
    try requireMemory(
      Double(count) * CountedText.bytesPerToken, for: "counting the n-grams of \(counted(count, "token"))",
      remedy: "train without `ngram_mixture`")
    let mixtures = parts.map { NGramMixture(CountedText(of: $0, vocabularySize: vocabularySize)) }
    (heldOut, whole) = (mixtures[0], mixtures[1])
  }

  /// The whole text's n-grams, with the exponents that are best with `predictions` where neither has seen the text.
  func fitted(to predictions: NetworkPredictions, threads: Int) -> NGramMixture {
    whole.with(heldOut.fitted(to: predictions, threads: threads).exponents)
  }
}
