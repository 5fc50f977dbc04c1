import Randomness

/// Batches of blocks from anywhere in the tokens, each a pure function of (key, step), so that a run is
/// continued by its step alone.
public struct RandomBatches: Sendable {
  private let tokens: Slice<TokenIDs>
  private let batchSize: Int
  private let length: Int
  private let key: RandomKey

  /// Batches of `batchSize` blocks of `length` tokens.
  ///
  /// - Precondition: `batchSize` and `length` are positive, and there are more than `length` tokens.
  public init(_ tokens: Slice<TokenIDs>, batchSize: Int, length: Int, key: RandomKey) {
    precondition(batchSize > 0 && length > 0, "RandomBatches: \(batchSize) blocks of \(length) tokens")
    precondition(tokens.count > length, "RandomBatches: \(tokens.count) tokens, blocks of \(length)")
    self.tokens = tokens
    self.batchSize = batchSize
    self.length = length
    self.key = key
  }

  /// The batch of `step`: its blocks start anywhere in `0 ..< n − T` of the n tokens with equal probability.
  public func batch(at step: Int) -> TokenBatch {
    let stepKey = key.derived(by: UInt64(bitPattern: Int64(step)))
    let starts = (0..<batchSize).map { row in
      tokens.startIndex + stepKey.index(at: UInt64(row), below: tokens.count - length)
    }
    return TokenBatch(tokens, starts: starts, unscored: starts.map { _ in 0 }, length: length)
  }
}
