extension Tensor {
  /// Row `ids[i]` of a table `[V, C]` for each i: `[ids.count, C]`. The gradient adds up where an id repeats.
  /// Traps if an id is not in `0 ..< V`.
  public static func embedding(_ ids: [Int32], table: Tensor) -> Tensor {
    require(table.rank == 2, "embedding: the table has shape \(table.shape), not [V, C]")
    let size = table.shape[0]
    require(ids.allSatisfy { $0 >= 0 && $0 < size }, "embedding: an id is not in 0 ..< \(size)")
    return record(.embedding, [table]) { dtable, dy in
      Kernels.addEmbeddingGradient(to: &dtable, dy: dy, ids: ids)
    } forward: { inputs in
      let shape = inputs[0].shape
      return (
        Kernels.embedding(inputs[0], ids: ids),
        { dy in [Kernels.embeddingBackward(dy: dy, ids: ids, table: shape)] }
      )
    }
  }
}
