import Text

extension TokenDataset {
  /// The same, with the beginning of the training split held out to fit a mixture to: 2 % of it, but at least 512 tokens or
  /// a tenth, and at most 32,768.
  ///
  /// The beginning is missed the least, since it is what is the least like the validation split: 2,000 steps of `baby` on
  /// tinyshakespeare end at 1.851 nats per character without the end, where they end at 1.780 with all of it.
  /// Two exponents that are fitted to N tokens cost about 1/N nats a token: some hundreds will do, thousands are plenty. Of large vocabularies there are fewer, so that N · V logits stay below 64 MiB.
  func holdingOutForMixture(blockSize: Int, vocabularySize: Int) throws(TextError) -> TokenDataset {
    let count = self[.training].count
    let most = min(32_768, max(512, (1 << 24) / max(1, vocabularySize)))
    return try calibrating(with: min(most, max(count / 50, min(512, count / 10))), blockSize: blockSize)
  }
}
