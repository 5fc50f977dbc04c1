import CKernels

// Kernels that work on matrices and on rows of them.

extension Kernels {
  /// C = op(A)·op(B) (+ bias) for each matrix of the batch; see `MatmulShape`.
  static func matmul(_ a: Tensor, _ b: Tensor, bias: Tensor? = nil, _ s: MatmulShape, shape: [Int]) -> Tensor {
    let c = Tensor(uninitialized: shape, a.elementType)
    matmul(a, b, bias: bias, s, into: c, accumulate: false)
    return c
  }

  /// The same into storage that the caller owns alone, added to what is there if `accumulate`.
  static func matmul(
    _ a: Tensor, _ b: Tensor, bias: Tensor? = nil, _ s: MatmulShape, into c: Tensor, accumulate: Bool
  ) {
    var call = ck_matmul(
      m: s.m, n: s.n, k: s.k, transpose_a: s.transposeA, transpose_b: s.transposeB, accumulate: accumulate,
      symmetric: s.symmetric, precision: Processor.current.precision.kernelPrecision,
      lda: s.transposeA ? s.m : s.k, ldb: s.transposeB ? s.k : s.n, ldc: s.n,
      batch: s.batch, stride_a: s.m * s.k, stride_b: s.k * s.n, stride_c: s.m * s.n)
    run(on: a.elementType) { $0.matmul($1, c.address, a.address, b.address, bias?.address, &call) }
  }

  /// Layer norm of the rows of x, with each row's mean and 1/√(variance + ε).
  static func layerNorm(_ x: Tensor, gain: Tensor, bias: Tensor, epsilon: Double) -> (
    y: Tensor, mean: Tensor, rstd: Tensor
  ) {
    let columns = gain.count
    let rows = x.count / max(columns, 1)
    let y = Tensor(uninitialized: x.shape, x.elementType)
    let mean = Tensor(uninitialized: [rows], x.elementType)
    let rstd = Tensor(uninitialized: [rows], x.elementType)
    run(on: x.elementType) {
      $0.layer_norm(
        $1, y.address, mean.address, rstd.address, x.address, gain.address, bias.address, epsilon, rows, columns)
    }
    return (y, mean, rstd)
  }

  static func layerNormBackward(dy: Tensor, x: Tensor, gain: Tensor, mean: Tensor, rstd: Tensor) -> [Tensor] {
    let dx = Tensor(uninitialized: x.shape, x.elementType)
    let dgain = Tensor(uninitialized: gain.shape, x.elementType)
    let dbias = Tensor(uninitialized: gain.shape, x.elementType)
    run(on: x.elementType) {
      $0.layer_norm_backward(
        $1, dx.address, dgain.address, dbias.address, dy.address, x.address, gain.address, mean.address, rstd.address,
        mean.count, gain.count)
    }
    return [dx, dgain, dbias]
  }

  /// RMS norm of the rows of x, with each row's 1/√(mean of x² + ε).
  static func rmsNorm(_ x: Tensor, epsilon: Double) -> (y: Tensor, rstd: Tensor) {
    let columns = x.shape[x.rank - 1]
    let rows = x.count / max(columns, 1)
    let y = Tensor(uninitialized: x.shape, x.elementType)
    let rstd = Tensor(uninitialized: [rows], x.elementType)
    run(on: x.elementType) { $0.rms_norm($1, y.address, rstd.address, x.address, epsilon, rows, columns) }
    return (y, rstd)
  }

  static func rmsNormBackward(dy: Tensor, y: Tensor, rstd: Tensor) -> Tensor {
    let dx = Tensor(uninitialized: y.shape, y.elementType)
    run(on: y.elementType) {
      $0.rms_norm_backward($1, dx.address, dy.address, y.address, rstd.address, rstd.count, y.shape[y.rank - 1])
    }
    return dx
  }

  static func softmax(_ x: Tensor, columns: Int) -> Tensor {
    let y = Tensor(uninitialized: x.shape, x.elementType)
    run(on: x.elementType) { $0.softmax($1, y.address, x.address, x.count / max(columns, 1), columns) }
    return y
  }

  static func softmaxBackward(dy: Tensor, y: Tensor, columns: Int) -> Tensor {
    let dx = Tensor(uninitialized: y.shape, y.elementType)
    run(on: y.elementType) {
      $0.softmax_backward($1, dx.address, dy.address, y.address, y.count / max(columns, 1), columns)
    }
    return dx
  }

  static func logSoftmax(_ x: Tensor, columns: Int) -> Tensor {
    let y = Tensor(uninitialized: x.shape, x.elementType)
    run(on: x.elementType) { $0.log_softmax($1, y.address, x.address, x.count / max(columns, 1), columns) }
    return y
  }

  static func logSoftmaxBackward(dy: Tensor, y: Tensor, columns: Int) -> Tensor {
    let dx = Tensor(uninitialized: y.shape, y.elementType)
    run(on: y.elementType) {
      $0.log_softmax_backward($1, dx.address, dy.address, y.address, y.count / max(columns, 1), columns)
    }
    return dx
  }

  /// Each row's loss [rows]; `logits`, which the caller owns alone, become their gradient if `differentiate`.
  static func crossEntropy(
    _ logits: Tensor, targets: ArraySlice<Int32>, soft: SoftTargets?, scale: Double, cap: Double?, differentiate: Bool
  ) -> Tensor {
    let (rows, columns) = (logits.shape[0], logits.shape[1])
    let losses = Tensor(uninitialized: [rows], logits.elementType)
    targets.withUnsafeBufferPointer { targets in
      guard let base = targets.baseAddress else { return }
      run(on: logits.elementType) {
        $0.cross_entropy(
          $1, losses.address, differentiate ? logits.address : nil, logits.address, base,
          soft?.probabilities.address, soft?.weight ?? 0, scale, cap ?? 0, rows, columns)
      }
    }
    return losses
  }
}

/// The sizes of C = op(A)·op(B): op(A) is [m, k], op(B) [k, n], C [m, n].
struct MatmulShape {
  var m, n, k: Int
  var transposeA = false  // A is stored [k, m]
  var transposeB = false  // B is stored [n, k]
  var batch = 1
  var symmetric = false  // C is, and half of it is computed
}
