import Files
import NGrams
import Text

extension TokenDataset {
  /// The same, with the end of the training split held out to fit a mixture to: 2 % of it, but at least 512 tokens or a
  /// tenth, and at most 32,768.
  ///
  /// Two exponents that are fitted to N tokens cost about 1/N nats a token: some hundreds will do, thousands are plenty. Of large vocabularies there are fewer, so that N · V logits stay below 64 MiB.
  func holdingOutForMixture(blockSize: Int, vocabularySize: Int) throws(TextError) -> TokenDataset {
    let count = self[.training].count
    let most = min(32_768, max(512, (1 << 24) / max(1, vocabularySize)))
    return try calibrating(with: min(most, max(count / 50, min(512, count / 10))), blockSize: blockSize)
  }
}

extension NGramMixture {
  /// The n-grams of the training split of `dataset`, of the order that is best on its calibration split.
  ///
  /// - Throws: `MemoryError` where counting them takes more memory than there is.
  init(_ dataset: TokenDataset, vocabularySize: Int, threads: Int) throws(MemoryError) {
    let count = min(dataset[.training].count, CountedText.mostTokens)
    try requireMemory(
      Double(count) * CountedText.bytesPerToken, for: "counting the n-grams of \(counted(count, "token"))",
      remedy: "train without `ngram_mixture`")
    self.init(
      CountedText(of: dataset[.training], vocabularySize: vocabularySize), calibration: dataset[.calibration],
      threads: threads)
  }
}
