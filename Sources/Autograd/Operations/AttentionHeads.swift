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
}

extension Tensor {
  /// The queries [B, T, H, D], keys and values [B, T, G, D] of packed rows [B, T, (H + 2G)·D].
  public func split(into heads: AttentionHeads) -> (queries: Tensor, keys: Tensor, values: Tensor) {
    require(rank == 3 && shape[2] == heads.rowWidth, "split: shape \(shape) for \(heads)")
    func part(_ first: Int, _ count: Int) -> Tensor {
      slice((first * heads.width)..<((first + count) * heads.width), axis: 2)
        .reshaped(to: [shape[0], shape[1], count, heads.width])
    }
    let (h, g) = (heads.queries, heads.keysAndValues)
    return (part(0, h), part(h, g), part(h + g, g))
  }
}
