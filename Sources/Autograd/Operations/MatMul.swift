extension Tensor {
  /// The matrix product over the last two axes: `[…, m, k] · […, k, n] → […, m, n]`; leading axes broadcast.
  ///
  /// `transposeA` and `transposeB` multiply by the transpose of the stored matrix, without copying it.
  /// Traps if the inner lengths differ or the leading axes do not broadcast.
  public static func matmul(
    _ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false
  ) -> Tensor {
    require(a.rank >= 2 && b.rank >= 2, "matmul: \(a.shape) · \(b.shape): both need two axes")
    let (m, k) = a.matrixSize(transposed: transposeA)
    let (inner, n) = b.matrixSize(transposed: transposeB)
    let leadingA = Array(a.shape.dropLast(2))
    let leadingB = Array(b.shape.dropLast(2))
    guard k == inner, let leading = Shape.broadcast(leadingA, leadingB) else {
      trap("matmul: \(a.shape)\(transposeA ? "ᵀ" : "") · \(b.shape)\(transposeB ? "ᵀ" : ""): lengths differ")
    }
    let shape = MatmulShape(
      m: m, n: n, k: k, transposeA: transposeA, transposeB: transposeB, batch: Shape.count(leading))
    let operands = [
      a.broadcast(to: leading + a.shape.suffix(2)), b.broadcast(to: leading + b.shape.suffix(2)),
    ]
    return record(.matmul, operands) { inputs in
      let (a, b) = (inputs[0], inputs[1])
      return (
        Kernels.matmul(a, b, shape, shape: leading + [m, n]),
        { dy in
          // For Y = A·B: dA = dY·Bᵀ and dB = Aᵀ·dY; a transposed operand's gradient is the transposition of that.
          [
            transposeA
              ? matmul(b, dy, transposeA: transposeB, transposeB: true)
              : matmul(dy, b, transposeB: !transposeB),
            transposeB
              ? matmul(dy, a, transposeA: true, transposeB: transposeA)
              : matmul(a, dy, transposeA: !transposeA),
          ]
        }
      )
    }
  }

  private func matrixSize(transposed: Bool) -> (rows: Int, columns: Int) {
    let (rows, columns) = (shape[rank - 2], shape[rank - 1])
    return transposed ? (columns, rows) : (rows, columns)
  }
}
