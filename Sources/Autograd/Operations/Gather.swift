extension Tensor {
  /// The elements at `indices` along `axis`, as `torch.gather` picks them: for axis 1 of a matrix,
  /// `y[i, j] = x[i, indices[i, j]]`. The gradient adds up where an element is picked twice.
  ///
  /// Traps if an index is out of range, or `shape` is larger than this tensor's along another axis.
  /// - Parameters:
  ///   - indices: row by row.
  ///   - shape: of the indices and of the result.
  public func gather(_ indices: [Int32], shape: [Int], axis: Int = -1) -> Tensor {
    let axis = Shape.normalized([axis], rank: rank, in: "gather")[0]
    let fits = shape.count == rank && shape.indices.allSatisfy { $0 == axis || shape[$0] <= self.shape[$0] }
    require(
      fits && indices.count == Shape.count(shape), "gather: \(indices.count) indices of \(shape) in \(self.shape)")
    let places = offsets(of: indices, shape, axis: axis)
    return Tensor.record(.gather, [self]) { inputs in
      let x = inputs[0]
      // A tensor is a table of single elements; picking elements is looking up rows of it.
      return (
        Kernels.embedding(x.viewed(as: [x.count, 1]), ids: places).viewed(as: shape),
        { dy in
          [Kernels.embeddingBackward(dy: dy, ids: places, table: [x.count, 1]).viewed(as: x.shape)]
        }
      )
    }
  }

  /// Where each picked element lies in this tensor.
  private func offsets(of indices: [Int32], _ shape: [Int], axis: Int) -> [Int32] {
    let length = self.shape[axis]
    let strides = Shape.strides(self.shape)
    let ownStrides = Shape.strides(shape)
    require(count <= Int(Int32.max), "gather: \(count) elements are more than an index can tell apart")
    return indices.enumerated().map { place, index in
      require(index >= 0 && index < length, "gather: index \(index) of an axis of length \(length)")
      var offset = Int(index) * strides[axis]
      for other in shape.indices where other != axis {
        offset += place / ownStrides[other] % shape[other] * strides[other]
      }
      return Int32(offset)
    }
  }
}
