/// How many heads a packed row holds, and how wide they are: H query heads, then G key heads, then G value heads.
public struct AttentionHeads: Sendable, Hashable {
  /// H, G and D.
  public let queries, keysAndValues, width: Int

  /// Creates heads with these counts and width. Traps unless G divides H.
  public init(queries: Int, keysAndValues: Int, width: Int) {
    require(
      keysAndValues > 0 && queries % keysAndValues == 0 && width > 0,
      "AttentionHeads: \(queries) query heads, \(keysAndValues) key/value heads of width \(width)")
    (self.queries, self.keysAndValues, self.width) = (queries, keysAndValues, width)
  }

  /// (H + 2G)·D: the width of a packed row.
  public var rowWidth: Int { (queries + 2 * keysAndValues) * width }

  /// Where queries, keys and values are in a packed row, and so which rows of a joint projection's weight make them.
  public var parts: (queries: Range<Int>, keys: Range<Int>, values: Range<Int>) {
    let (keys, values) = (queries * width, (queries + keysAndValues) * width)
    return (0..<keys, keys..<values, values..<rowWidth)
  }
}

extension Tensor {
  /// The queries [B, T, H, D], keys and values [B, T, G, D] of packed rows [B, T, (H + 2G)·D].
  public func split(into heads: AttentionHeads) -> (queries: Tensor, keys: Tensor, values: Tensor) {
    require(rank == 3 && shape[2] == heads.rowWidth, "split: shape \(shape) for \(heads)")
    func part(_ columns: Range<Int>) -> Tensor {
      slice(columns, axis: 2).reshaped(to: [shape[0], shape[1], columns.count / heads.width, heads.width])
    }
    let parts = heads.parts
    return (part(parts.queries), part(parts.keys), part(parts.values))
  }
}
