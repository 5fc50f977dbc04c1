/// The keys and values of one layer's sequence so far, so that decoding a token computes that token alone.
///
/// A class, since a layer appends to it as it runs. It records nothing.
public final class AttentionCache {
  private var keyRows, valueRows: Tensor  // [capacity, G·D]
  private let heads: AttentionHeads

  /// How many positions are held.
  public private(set) var length = 0

  /// An empty cache for up to `capacity` positions.
  public init(capacity: Int, _ heads: AttentionHeads, elementType: ElementType) {
    self.heads = heads
    let shape = [capacity, heads.keysAndValues * heads.width]
    // Left unwritten, so that a long context takes memory only as it fills.
    keyRows = Tensor(uninitialized: shape, elementType)
    valueRows = Tensor(uninitialized: shape, elementType)
  }

  /// Forgets positions from `length` on.
  public func truncate(to length: Int) {
    require(length >= 0 && length <= self.length, "AttentionCache: \(length) positions of \(self.length)")
    self.length = length
  }

  /// The keys of the positions held, [1, length, G, D], and the values.
  public var keys: Tensor { held(keyRows) }
  public var values: Tensor { held(valueRows) }

  private func held(_ rows: Tensor) -> Tensor {
    rows.rows(0..<length).reshaped(to: [1, length, heads.keysAndValues, heads.width])
  }

  /// Appends the keys and values of packed rows, [1, T, (H + 2G)·D], and returns the queries, [1, T, H, D]; queries and
  /// keys are rotated by their positions if they are given. Traps where they do not fit.
  public func append(_ qkv: Tensor, _ heads: AttentionHeads, positions: RotaryTable?) -> Tensor {
    require(heads == self.heads && qkv.shape[0] == 1, "AttentionCache: \(qkv.shape) of \(heads)")
    let rotated =
      positions.map {
        qkv.rotaryEmbedding($0, headCount: heads.queries + heads.keysAndValues, firstPosition: length)
      } ?? qkv
    let parts = rotated.split(into: heads)
    keyRows.replaceRows(from: length, with: parts.keys)
    valueRows.replaceRows(from: length, with: parts.values)
    length += qkv.shape[1]
    return parts.queries
  }
}
