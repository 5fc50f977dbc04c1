/// Inputs for a model and the token that follows each.
public struct TokenBatch: Sendable, Hashable {
  /// The target of a position that is not scored.
  public static let notScored: Int32 = -1

  /// Token ids, [B, T], row-major.
  public let inputs: [Int32]

  /// The id of the token after each input, or `notScored`, [B, T], row-major.
  public let targets: [Int32]

  /// The number of sequences, B.
  public let batchSize: Int

  /// The length of each sequence, T.
  public let length: Int

  /// Where in the text each sequence begins, [B]: the index of its first token.
  public let starts: [Int]

  /// The batch whose row b holds the `length` tokens from `starts[b]` on, with the targets of its first
  /// `unscored[b]` positions left out.
  init(_ tokens: Slice<TokenIDs>, starts: [Int], unscored: [Int], length: Int) {
    var inputs: [Int32] = []
    var targets: [Int32] = []
    inputs.reserveCapacity(starts.count * length)
    targets.reserveCapacity(starts.count * length)
    for (start, unscored) in zip(starts, unscored) {
      let end = start + length
      inputs += tokens[start..<end]
      targets += repeatElement(Self.notScored, count: unscored)
      targets += tokens[start + unscored + 1..<end + 1]
    }
    self.inputs = inputs
    self.targets = targets
    self.length = length
    self.starts = starts
    batchSize = starts.count
  }

  /// The same batch, in which targets that are `id` are not scored.
  public func leavingOut(_ id: Int32) -> TokenBatch {
    TokenBatch(
      inputs: inputs[...], targets: targets.map { $0 == id ? Self.notScored : $0 }[...], starts: starts[...],
      length: length)
  }

  private init(inputs: ArraySlice<Int32>, targets: ArraySlice<Int32>, starts: ArraySlice<Int>, length: Int) {
    self.inputs = Array(inputs)
    self.targets = Array(targets)
    self.starts = Array(starts)
    self.length = length
    batchSize = starts.count
  }

  /// The sequences `range` of this batch, as a batch of their own. All of them share its memory.
  ///
  /// - Precondition: `range` is in `0 ..< batchSize`.
  public func rows(_ range: Range<Int>) -> TokenBatch {
    let elements = (range.lowerBound * length)..<(range.upperBound * length)
    return TokenBatch(
      inputs: inputs[elements], targets: targets[elements], starts: starts[range], length: length)
  }
}
