import CKernels

// What optimizers that see a gradient as a matrix are made of: products that are symmetric, and sums with weights.
// Nothing here is recorded; operands have no history that counts.

extension Tensor {
  /// The product `op(a)·op(b)` of each pair of matrices, `[N, m, k] · [N, k, m] → [N, m, m]`, of which it is known that
  /// it is symmetric: what lies below the diagonal is computed and copied to above it.
  ///
  /// Traps unless the shapes fit and the product is square.
  package static func symmetricProduct(
    _ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false
  ) -> Tensor {
    require(a.rank == 3 && b.rank == 3 && a.shape[0] == b.shape[0], "symmetricProduct: \(a.shape) · \(b.shape)")
    let (m, k) = transposeA ? (a.shape[2], a.shape[1]) : (a.shape[1], a.shape[2])
    let (inner, n) = transposeB ? (b.shape[2], b.shape[1]) : (b.shape[1], b.shape[2])
    require(
      k == inner && m == n && a.elementType == b.elementType, "symmetricProduct: \(a.shape) · \(b.shape): not square")
    let shape = MatmulShape(
      m: m, n: n, k: k, transposeA: transposeA, transposeB: transposeB, batch: a.shape[0], symmetric: true)
    return Kernels.matmul(a, b, shape, shape: [a.shape[0], m, m])
  }

  /// `a·x + b·z`. Traps unless x and z have one shape and one element type.
  package static func weightedSum(_ a: Double, _ x: Tensor, _ b: Double, _ z: Tensor) -> Tensor {
    let y = Tensor(uninitialized: x.shape, x.elementType)
    Kernels.weightedSum(a, x, b, z, to: y.address)
    return y
  }

  /// Rows of the outermost axis from `row` on, as many as x and z are, become `a·x + b·z`.
  package mutating func replaceRows(from row: Int, with a: Double, _ x: Tensor, plus b: Double, _ z: Tensor) {
    let start = requireRows(from: row, x)
    mutate { Kernels.weightedSum(a, x, b, z, to: $0 + start) }
  }

  /// Rows of the outermost axis from `row` on, as many as x is, become `scale` times themselves plus `b·x`.
  package mutating func updateRows(from row: Int, keeping scale: Double, adding b: Double, _ x: Tensor) {
    let start = requireRows(from: row, x)
    let (count, elementType) = (x.count, elementType)
    mutate { address in
      Kernels.run(on: elementType) {
        $0.weighted_sum($1, address + start, scale, address + start, b, x.address, count)
      }
    }
  }

  /// Multiplies each item of the outermost axis by a number of its own.
  package mutating func scaleItems(by scales: [Double]) {
    require(rank > 0 && scales.count == shape[0], "scaleItems: \(scales.count) numbers for shape \(shape)")
    let (elementType, size) = (elementType, count / max(shape[0], 1))
    mutate { address in
      for (item, scale) in scales.enumerated() {
        let start = address + item * size * elementType.byteCount
        Kernels.run(on: elementType) { $0.affine($1, start, start, scale, 0, size) }
      }
    }
  }

  /// Adds `value` to the diagonal of each matrix, [N, m, m].
  package mutating func addToDiagonals(_ value: Double) {
    require(rank == 3 && shape[1] == shape[2], "addToDiagonals: shape \(shape)")
    let (items, width, elementType) = (shape[0], shape[1], elementType)
    mutate { address in
      for item in 0..<items {
        for place in 0..<width {
          let index = (item * width + place) * width + place
          switch elementType {
          case .float32: address.assumingMemoryBound(to: Float.self)[index] += Float(value)
          case .float64: address.assumingMemoryBound(to: Double.self)[index] += value
          }
        }
      }
    }
  }

  /// How many bytes precede row `row`. Traps unless the elements of x have a place from there on.
  private func requireRows(from row: Int, _ x: Tensor) -> Int {
    let width = Shape.count(Array(shape.dropFirst()))
    require(
      x.elementType == elementType && row >= 0 && row * width + x.count <= count,
      "rows: \(x.shape) into \(shape) at row \(row)")
    return row * width * elementType.byteCount
  }
}

extension Kernels {
  /// Writes `a·x + b·z` to `address`.
  fileprivate static func weightedSum(
    _ a: Double, _ x: Tensor, _ b: Double, _ z: Tensor, to address: UnsafeMutableRawPointer
  ) {
    require(
      x.shape == z.shape && x.elementType == z.elementType, "weightedSum: shapes \(x.shape) and \(z.shape)")
    run(on: x.elementType) { $0.weighted_sum($1, address, a, x.address, b, z.address, x.count) }
  }
}
