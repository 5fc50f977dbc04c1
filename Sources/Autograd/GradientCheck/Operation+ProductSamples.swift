// Samples of the matrix products.

extension Operation {
  var matmulSamples: [OperationSample] {
    let transpositions = [(false, false), (true, false), (false, true), (true, true)]
    return transpositions.map { transposeA, transposeB in
      let a = normal(transposeA ? [3, 2] : [2, 3])
      let b = normal(transposeB ? [4, 3] : [3, 4], 2)
      return OperationSample("A\(transposeA ? "ᵀ" : "") · B\(transposeB ? "ᵀ" : "")", [a, b]) {
        .matmul($0[0], $0[1], transposeA: transposeA, transposeB: transposeB)
      }
    } + [
      OperationSample("batch", [normal([2, 2, 3]), normal([2, 3, 2], 2)]) { .matmul($0[0], $0[1]) },
      OperationSample("leading axes broadcast", [normal([2, 1, 2, 3]), normal([2, 2, 3], 2)]) {
        .matmul($0[0], $0[1], transposeB: true)
      },
      OperationSample("with itself", [normal([3, 3])]) { .matmul($0[0], $0[0], transposeA: true) },
    ]
  }

  var linearSamples: [OperationSample] {
    [
      OperationSample("rows", [normal([5, 3]), normal([4, 3], 2), normal([4], 3)]) {
        .linear($0[0], weight: $0[1], bias: $0[2])
      },
      OperationSample("leading axes", [normal([2, 2, 3]), normal([1, 3], 2), normal([1], 3)]) {
        .linear($0[0], weight: $0[1], bias: $0[2])
      },
    ]
  }
}
