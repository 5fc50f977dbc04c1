/// All of the tokens in batches of windows, every token but the first scored exactly once.
///
/// Window w begins at token w · stride and holds `length` tokens, the last one fewer where the text ends.
/// Where windows overlap, the targets that the window before has scored are `TokenBatch.notScored`, so each
/// token but those of the first window is scored with at least `length` − stride + 1 tokens before it.
public struct WindowedBatches: RandomAccessCollection, Sendable {
  private let tokens: Slice<TokenIDs>
  private let batchSize: Int
  private let length: Int
  private let stride: Int

  /// Windows of `length` tokens that begin `stride` tokens apart (nil: `length`, so no overlap), `batchSize`
  /// to a batch.
  ///
  /// - Throws: `TextError.nothingToScore` for fewer than two tokens, `TextError.strideOutOfRange` for a
  ///   stride outside 1 … `length`.
  /// - Precondition: `batchSize` and `length` are positive.
  public init(
    _ tokens: Slice<TokenIDs>, batchSize: Int, length: Int, stride: Int? = nil
  ) throws(TextError) {
    precondition(batchSize > 0 && length > 0, "WindowedBatches: \(batchSize) windows of \(length) tokens")
    if tokens.count < 2 { throw .nothingToScore(tokens: tokens.count) }
    let stride = stride ?? length
    guard 1...length ~= stride else { throw .strideOutOfRange(stride, blockSize: length) }
    self.tokens = tokens
    self.batchSize = batchSize
    self.length = length
    self.stride = stride
  }

  /// The number of tokens that all batches together score.
  public var scoredCount: Int { tokens.count - 1 }

  /// 0, the position of the first batch.
  public var startIndex: Int { 0 }

  /// The number of batches.
  public var endIndex: Int {
    ceilingOfQuotient(fullWindows, batchSize) + (windows > fullWindows ? 1 : 0)
  }

  /// Batch `position`: `batchSize` windows, or the fewer that are left; a shorter last window comes alone.
  public subscript(position: Int) -> TokenBatch {
    precondition(indices ~= position, "WindowedBatches: batch \(position) of \(count)")
    let first = position * batchSize
    guard first < fullWindows else { return batch(of: windows - 1..<windows, length: lastLength) }
    return batch(of: first..<Swift.min(first + batchSize, fullWindows), length: length)
  }

  private func batch(of range: Range<Int>, length: Int) -> TokenBatch {
    let starts = range.map { tokens.startIndex + $0 * stride }
    let unscored = range.map { $0 == 0 ? 0 : self.length - stride }
    return TokenBatch(tokens, starts: starts, unscored: unscored, length: length)
  }

  private var windows: Int { 1 + ceilingOfQuotient(Swift.max(0, scoredCount - length), stride) }
  private var lastLength: Int { scoredCount - (windows - 1) * stride }
  private var fullWindows: Int { lastLength == length ? windows : windows - 1 }
}

private func ceilingOfQuotient(_ dividend: Int, _ divisor: Int) -> Int {
  dividend / divisor + (dividend % divisor == 0 ? 0 : 1)
}
