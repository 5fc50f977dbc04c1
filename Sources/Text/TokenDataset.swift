/// The tokens of a corpus, split in two: the beginning for training, the rest for validation. Where asked for, the first
/// tokens are neither: what training has made is calibrated with them.
public struct TokenDataset: Sendable {
  /// The splits of a dataset.
  public enum Split: String, Sendable, CustomStringConvertible {
    case calibration, training, validation

    /// The split's name.
    public var description: String { rawValue }
  }

  /// All tokens, in the order of the text.
  public let tokens: TokenIDs

  /// Where the splits after calibration begin.
  private let trainingStart, validationStart: Int

  /// Cuts n tokens after the first ⌊n · (1 − validationFraction)⌋, which is nanoGPT's `int(n * 0.9)` for 0.1.
  ///
  /// - Throws: `TextError.validationFractionOutOfRange` for a fraction outside [0, 1), and
  ///   `TextError.shorterThanBlock` where a split lacks the `blockSize` + 1 tokens of one block and its
  ///   targets (a fraction of 0 asks for no validation split).
  public init(
    _ tokens: TokenIDs, validationFraction: Double = 0.1, blockSize: Int
  ) throws(TextError) {
    guard 0 <= validationFraction && validationFraction < 1 else {
      throw .validationFractionOutOfRange(validationFraction)
    }
    self.init(
      tokens, trainingStart: 0,
      validationStart: Self.trainingCount(of: tokens.count, validationFraction: validationFraction))
    try check(.training, blockSize: blockSize)
    if validationFraction > 0 { try check(.validation, blockSize: blockSize) }
  }

  private init(_ tokens: TokenIDs, trainingStart: Int, validationStart: Int) {
    (self.tokens, self.trainingStart, self.validationStart) = (tokens, trainingStart, validationStart)
  }

  /// The same, but that the first `count` tokens of the training split are for calibration.
  ///
  /// - Throws: `TextError.shorterThanBlock` where those that are left lack the `blockSize` + 1 tokens of one block.
  /// - Precondition: `count` is in 0 … the length of the training split.
  public func calibrating(with count: Int, blockSize: Int) throws(TextError) -> TokenDataset {
    precondition(0...self[.training].count ~= count, "TokenDataset: \(count) tokens of \(self[.training].count)")
    let dataset = TokenDataset(tokens, trainingStart: trainingStart + count, validationStart: validationStart)
    try dataset.check(.training, blockSize: blockSize)
    return dataset
  }

  /// How many of `count` tokens are for training.
  package static func trainingCount(of count: Int, validationFraction: Double) -> Int {
    Int(Double(count) * (1 - validationFraction))
  }

  private func check(_ split: Split, blockSize: Int) throws(TextError) {
    let count = self[split].count
    if count <= blockSize { throw .shorterThanBlock(split, tokens: count, blockSize: blockSize) }
  }

  /// The tokens of one split, at the indices that they have in `tokens`.
  public subscript(split: Split) -> Slice<TokenIDs> {
    switch split {
    case .calibration: tokens[..<trainingStart]
    case .training: tokens[trainingStart..<validationStart]
    case .validation: tokens[validationStart...]
    }
  }
}
