// Reshaping, permuting, broadcasting, slicing and concatenating.

extension Tensor {
  /// The same elements, row-major, with shape `shape`; one length may be −1 and is inferred. Copies nothing.
  /// Traps unless the numbers of elements agree.
  public func reshaped(to shape: [Int]) -> Tensor {
    let target = resolved(shape)
    return Tensor.record(.reshape, [self]) { inputs in
      let source = inputs[0].shape
      return (inputs[0].viewed(as: target), { dy in [dy.viewed(as: source)] })
    }
  }

  private func resolved(_ shape: [Int]) -> [Int] {
    var target = shape
    if let open = shape.firstIndex(of: -1) {
      let known = Shape.count(shape.filter { $0 != -1 })
      target[open] = known > 0 ? count / known : 0
    }
    require(
      target.allSatisfy { $0 >= 0 } && Shape.count(target) == count,
      "reshape: \(self.shape) has \(count) elements and does not fill \(shape)")
    return target
  }

  /// Permutes the axes: axis i of the result is axis `axes[i]` of this tensor. Copies.
  /// Traps unless `axes` names every axis once.
  public func transposed(_ axes: [Int]) -> Tensor {
    let order = axes.map { $0 < 0 ? $0 + rank : $0 }
    require(order.sorted() == Array(0..<rank), "transpose: axes \(axes) do not order a tensor of rank \(rank)")
    return Tensor.record(.transpose, [self]) { inputs in
      let x = inputs[0]
      let strides = Shape.strides(x.shape)
      let y = Kernels.strided(x, shape: order.map { x.shape[$0] }, strides: order.map { strides[$0] })
      let inverse = order.indices.map { axis in order.firstIndex(of: axis) ?? axis }
      return (y, { dy in [dy.transposed(inverse)] })
    }
  }

  /// Swaps the last two axes: the matrix transpose.
  public func transposed() -> Tensor {
    require(rank >= 2, "transpose: shape \(shape) has no two axes to exchange")
    return transposed(Array(0..<(rank - 2)) + [rank - 1, rank - 2])
  }

  /// This tensor repeated along axes of length 1, and along new leading axes, to fill `target`.
  /// The gradient sums over what was repeated. Traps if the shapes do not broadcast.
  public func broadcast(to target: [Int]) -> Tensor {
    if shape == target { return self }
    require(Shape.broadcast(shape, target) == target, "broadcast: shape \(shape) does not broadcast to \(target)")
    return Tensor.record(.broadcast, [self]) { inputs in
      let x = inputs[0]
      let y = Kernels.strided(x, shape: target, strides: Shape.broadcastStrides(x.shape, to: target))
      let source = x.shape
      let missing = target.count - source.count
      let repeated = target.indices.filter { $0 < missing || source[$0 - missing] != target[$0] }
      return (y, { dy in [dy.sum(axes: repeated).viewed(as: source)] })
    }
  }

  /// The part of this tensor with indices `range` along `axis`. Traps if the range is out of bounds.
  public func slice(_ range: Range<Int>, axis: Int = 0) -> Tensor {
    let axis = Shape.normalized([axis], rank: rank, in: "slice")[0]
    require(
      range.lowerBound >= 0 && range.upperBound <= shape[axis], "slice: \(range) of axis \(axis) of shape \(shape)")
    var ranges = shape.map { 0..<$0 }
    ranges[axis] = range
    return slice(ranges)
  }

  /// The part of this tensor with indices `ranges[a]` along each axis a; ranges within bounds.
  func slice(_ ranges: [Range<Int>]) -> Tensor {
    Tensor.record(.slice, [self]) { inputs in
      let x = inputs[0]
      let strides = Shape.strides(x.shape)
      let first = zip(ranges, strides).reduce(0) { $0 + $1.0.lowerBound * $1.1 }
      // A part that starts inside is read from its first element on: a view's address is its first element's.
      let y = Kernels.strided(x.dropping(first), shape: ranges.map(\.count), strides: strides)
      return (
        y,
        { dy in
          let dx = Tensor(repeating: 0, shape: x.shape, elementType: x.elementType)
          Kernels.scatter(dy, into: dx, offset: first, strides: strides)
          return [dx]
        }
      )
    }
  }

  /// The elements from `first` on, as one long row sharing these elements.
  private func dropping(_ first: Int) -> Tensor {
    viewed(as: [count]).rows(min(first, count)..<count)
  }

  /// Concatenates `parts` along `axis`; all other lengths must agree. Traps if they do not, or without parts.
  public static func concatenate(_ parts: [Tensor], axis: Int = 0) -> Tensor {
    guard let first = parts.first else { trap("concatenate: no tensors") }
    let axis = Shape.normalized([axis], rank: first.rank, in: "concatenate")[0]
    var shape = first.shape
    shape[axis] = parts.reduce(0) { $0 + ($1.rank == first.rank ? $1.shape[axis] : 0) }
    for part in parts {
      var expected = shape
      if part.rank == first.rank { expected[axis] = part.shape[axis] }
      require(part.shape == expected, "concatenate: shapes \(parts.map(\.shape)) along axis \(axis)")
    }
    return record(.concatenate, parts) { inputs in
      let y = Tensor(uninitialized: shape, inputs[0].elementType)
      let strides = Shape.strides(shape)
      var ranges: [Range<Int>] = []
      for part in inputs {
        let start = ranges.last?.upperBound ?? 0
        Kernels.scatter(part, into: y, offset: start * strides[axis], strides: strides)
        ranges.append(start..<(start + part.shape[axis]))
      }
      return (y, { [ranges] dy in ranges.map { dy.slice($0, axis: axis) } })
    }
  }
}
