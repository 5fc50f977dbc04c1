// Samples of the matrix products.

extension Operation {
  var matmulSamples: [OperationSample] {
    let transposed = [(false, false), (true, false), (false, true), (true, true)].map { transposeA, transposeB in
      let a = normal(transposeA ? [3, 2] : [2, 3])
      let b = normal(transposeB ? [4, 3] : [3, 4], 2)
      return OperationSample("A\(transposeA ? "ᵀ" : "") · B\(transposeB ? "ᵀ" : "")", [a, b]) {
        .matmul($0[0], $0[1], transposeA: transposeA, transposeB: transposeB)
      }
    }
    let shapes: [(String, [Int], [Int])] = [
      ("batch", [2, 2, 3], [2, 3, 2]), ("matrix to batch", [2, 3], [2, 3, 2]),
      ("batch and matrix", [2, 2, 3], [3, 2]), ("leading axes broadcast", [2, 1, 2, 3], [2, 3, 2]),
      ("numbers", [1, 1], [1, 1]), ("row by column", [1, 4], [4, 1]), ("column by row", [3, 1], [1, 2]),
      ("no rows", [0, 3], [3, 2]), ("inner axis of size 0", [2, 0], [0, 3]),
    ]
    let shaped = shapes.map { name, a, b in
      OperationSample(name, [normal(a), normal(b, 2)]) { .matmul($0[0], $0[1]) }
    }
    let others = [
      OperationSample("large and small", [normal([2, 3], scale: 1e3), normal([3, 2], 2, scale: 1e-3)]) {
        .matmul($0[0], $0[1])
      },
      OperationSample("batch of Aᵀ · Bᵀ", [normal([2, 3, 2]), normal([1, 2, 3], 2)]) {
        .matmul($0[0], $0[1], transposeA: true, transposeB: true)
      },
      OperationSample("with itself", [normal([3, 3])]) { .matmul($0[0], $0[0], transposeA: true) },
      OperationSample("a matrix cubed", [normal([2, 2])]) { .matmul(.matmul($0[0], $0[0]), $0[0]) },
    ]
    return transposed + shaped + others
  }

  var linearCrossEntropySamples: [OperationSample] {
    let cases: [(String, rows: Int, size: Int, targets: [Int32], rowsAtOnce: Int, scale: Double)] = [
      ("every row scored", 4, 5, [0, 4, 2, 2], 64, 1), ("rows left out", 4, 5, [-1, 4, 2, -1], 64, 1),
      ("chunks of rows", 5, 4, [3, -1, 0, 1, 1], 2, 1), ("no row scored", 2, 3, [-1, -1], 64, 1),
      ("no rows", 0, 3, [], 64, 1), ("one row", 1, 3, [1], 64, 1), ("one token", 3, 1, [0, 0, 0], 64, 1),
      ("large logits", 3, 4, [0, 1, 2], 64, 6), ("small logits", 3, 4, [0, 1, 2], 64, 1e-2),
    ]
    let caps: [(String, Double?)] = [("", nil), (", capped", 2)]
    return caps.flatMap { capping, cap in
      cases.map { name, rows, size, targets, rowsAtOnce, scale in
        OperationSample(name + capping, [normal([rows, 3], scale: scale), normal([size, 3], 2, scale: scale)]) {
          .linearCrossEntropy($0[0], weight: $0[1], targets: targets, cappedAt: cap, rowsAtOnce: rowsAtOnce)
        }
      }
    }
      + caps.map { capping, cap in
        OperationSample("mixed targets" + capping, [normal([3, 2]), normal([4, 2], 2)]) {
          let probabilities = Tensor(
            [[0.1, 0.2, 0.3, 0.4], [0, 1, 0, 0], [0.5, 0, 0, 0.5]], elementType: $0[0].elementType)
          let soft = SoftTargets(probabilities, weight: 0.7)
          return .linearCrossEntropy(
            $0[0], weight: $0[1], targets: [3, -1, 0], soft: soft, cappedAt: cap, rowsAtOnce: 2)
        }
      } + [
        OperationSample("rows scored by themselves", [normal([4, 3])]) {
          .linearCrossEntropy($0[0], weight: $0[0], targets: [1, 0, 3, 2])
        },
        OperationSample("twice, weighted", [normal([4, 3]), normal([5, 3], 2)]) {
          let loss = { (inputs: [Tensor], targets: [Int32]) in
            Tensor.linearCrossEntropy(inputs[0], weight: inputs[1], targets: targets)
          }
          return loss($0, [-1, 4, 2, -1]) * 3 + loss($0, [0, 1, 2, 3])
        },
      ]
  }
}
