// Sums, means and maxima over axes.

extension Tensor {
  /// The sum over `axes` (all by default); a reduced axis is dropped, or kept with length 1.
  public func sum(axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
    let axes = Shape.normalized(axes ?? Array(0..<rank), rank: rank, in: "sum")
    let result = Tensor.record(.sum, [self]) { inputs in
      let x = inputs[0]
      let ones = x.reducedShape(axes, keepingAxes: true)
      return (x.summed(axes), { dy in [dy.viewed(as: ones).broadcast(to: x.shape)] })
    }
    return keepingAxes ? result.reshaped(to: reducedShape(axes, keepingAxes: true)) : result
  }

  /// The mean over `axes` (all by default); NaN over no elements.
  public func mean(axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
    let axes = Shape.normalized(axes ?? Array(0..<rank), rank: rank, in: "mean")
    let result = Tensor.record(.mean, [self]) { inputs in
      let x = inputs[0]
      let ones = x.reducedShape(axes, keepingAxes: true)
      let scale = 1 / Double(axes.reduce(1) { $0 * x.shape[$1] })
      return (
        Kernels.affine(x.summed(axes), scale: scale, shift: 0),
        { dy in [dy.affine(scale: scale).viewed(as: ones).broadcast(to: x.shape)] }
      )
    }
    return keepingAxes ? result.reshaped(to: reducedShape(axes, keepingAxes: true)) : result
  }

  /// The maximum over `axes` (all by default); −∞ over no elements, NaN where one is NaN.
  /// The gradient goes to the first of equal maxima, as in `torch.max` over a dimension.
  public func maximum(axes: [Int]? = nil, keepingAxes: Bool = false) -> Tensor {
    let axes = Shape.normalized(axes ?? Array(0..<rank), rank: rank, in: "maximum")
    let kept = shape.indices.filter { !axes.contains($0) }
    let rows = Shape.count(kept.map { shape[$0] })
    let columns = Shape.count(axes.map { shape[$0] })
    return transposed(kept + axes).reshaped(to: [rows, columns]).maximumOfRows()
      .reshaped(to: reducedShape(axes, keepingAxes: keepingAxes))
  }

  /// `[rows, columns] → [rows]`.
  private func maximumOfRows() -> Tensor {
    Tensor.record(.maximum, [self]) { inputs in
      let x = inputs[0]
      let y = Kernels.maxRows(x, rows: x.shape[0])
      return (
        y,
        { dy in
          let places = x.firstPlaces(of: y)
          return [Kernels.embeddingBackward(dy: dy, ids: places, table: [x.count, 1]).viewed(as: x.shape)]
        }
      )
    }
  }

  /// Where in this tensor, [rows, columns], each row's maximum first stands. Traps if a row has no elements.
  private func firstPlaces(of maxima: Tensor) -> [Int32] {
    let (columns, values) = (shape[1], scalars)
    return maxima.scalars.enumerated().map { row, maximum in
      let elements = (row * columns)..<((row + 1) * columns)
      let first = elements.first { values[$0] == maximum || (values[$0].isNaN && maximum.isNaN) }
      guard let first else { trap("maximum: the gradient of a maximum over no elements") }
      return Int32(first)
    }
  }

  private func reducedShape(_ axes: [Int], keepingAxes: Bool) -> [Int] {
    shape.indices.compactMap { axis in
      axes.contains(axis) ? (keepingAxes ? 1 : nil) : shape[axis]
    }
  }

  /// The sum over ascending `axes`, without history: rows where they are the last axes, columns where they are the
  /// first, else rows of a transposition.
  private func summed(_ axes: [Int]) -> Tensor {
    let kept = shape.indices.filter { !axes.contains($0) }
    let result = kept.map { shape[$0] }
    let keptCount = Shape.count(result)
    if axes.isEmpty { return self }
    if axes.elementsEqual((rank - axes.count)..<rank) { return Kernels.sumRows(self, rows: keptCount, shape: result) }
    if axes.elementsEqual(0..<axes.count) { return Kernels.sumColumns(self, columns: keptCount, shape: result) }
    return Kernels.sumRows(transposed(kept + axes), rows: keptCount, shape: result)
  }
}
