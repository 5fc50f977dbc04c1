extension Tensor {
  /// The mean cross-entropy, in nats, of a head without bias: `−mean log softmax(x · weightᵀ)[target]`, a scalar.
  ///
  /// With a cap c, `c·tanh(logit/c)` stands for each logit (Gemma 2, arXiv 2408.00118).
  /// Head and loss run in chunks of rows, so the logits [N, V] never exist whole; where a gradient will be wanted, each
  /// chunk's is taken while its logits are at hand. A row whose target is negative is not scored and does not count in
  /// the mean (0 where no row is scored). Traps if lengths differ or a target is not below V.
  /// - Parameters:
  ///   - x: [N, C]
  ///   - weight: [V, C]
  ///   - targets: N ids, or negative.
  ///   - soft: distributions that the targets are mixed with; nil for the ids alone.
  ///   - cap: what no logit exceeds; nil for no cap.
  public static func linearCrossEntropy(
    _ x: Tensor, weight: Tensor, targets: [Int32], soft: SoftTargets? = nil, cappedAt cap: Double? = nil
  ) -> Tensor {
    // About 16 MiB of float32 logits at a time: enough rows for the matrix multiply, few enough for the cache.
    let rowsAtOnce = max(64, (4 << 20) / max(weight.shape.first ?? 1, 1))
    return linearCrossEntropy(
      x, weight: weight, targets: targets, soft: soft, cappedAt: cap, rowsAtOnce: rowsAtOnce)
  }

  /// The same with the size of a chunk given.
  package static func linearCrossEntropy(
    _ x: Tensor, weight: Tensor, targets: [Int32], soft: SoftTargets? = nil, cappedAt cap: Double? = nil,
    rowsAtOnce: Int
  ) -> Tensor {
    require(
      x.rank == 2 && weight.rank == 2 && x.shape[1] == weight.shape[1] && targets.count == x.shape[0],
      "linearCrossEntropy: x \(x.shape), weight \(weight.shape), \(targets.count) targets")
    let size = weight.shape[0]
    require(cap.map { $0 > 0 } ?? true, "linearCrossEntropy: a cap of \(cap ?? 0)")
    require(targets.allSatisfy { $0 < size }, "linearCrossEntropy: a target is not below \(size)")
    require(
      soft.map { $0.probabilities.shape == [targets.count, size] && $0.probabilities.elementType == x.elementType }
        ?? true,
      "linearCrossEntropy: soft targets \(soft?.probabilities.shape ?? []) for \(targets.count) rows of \(size)")
    let differentiate = x.hasHistory || weight.hasHistory
    return record(.linearCrossEntropy, [x, weight]) { inputs in
      let pass = CrossEntropyPass(
        x: inputs[0], weight: inputs[1], targets: targets, soft: soft, cap: cap, rowsAtOnce: rowsAtOnce,
        differentiate: differentiate)
      // The gradients for an upstream of 1 exist already; a scalar loss scales them.
      return (
        pass.loss,
        { dy in
          let scale = dy.item
          return [pass.dx, pass.dweight].map { scale == 1 ? $0 : $0.affine(scale: scale) }
        }
      )
    }
  }
}

/// One run over the rows, chunk by chunk.
private struct CrossEntropyPass {
  let loss: Tensor
  let dx: Tensor  // empty unless asked for, as is dweight
  private(set) var dweight: Tensor

  init(
    x: Tensor, weight: Tensor, targets: [Int32], soft: SoftTargets?, cap: Double?, rowsAtOnce: Int,
    differentiate: Bool
  ) {
    let (rows, width, size) = (x.shape[0], x.shape[1], weight.shape[0])
    let scored = targets.reduce(into: 0) { $0 += $1 >= 0 ? 1 : 0 }
    let scale = scored > 0 ? 1 / Double(scored) : 0
    dx = Tensor(uninitialized: differentiate ? x.shape : [0], x.elementType)
    dweight = Tensor(uninitialized: differentiate ? weight.shape : [0], x.elementType)
    var total = 0.0
    for start in stride(from: 0, to: rows, by: rowsAtOnce) {
      let part = start..<min(start + rowsAtOnce, rows)
      let xs = x.rows(part)  // [chunk, C]
      let head = MatmulShape(m: part.count, n: size, k: width, transposeB: true)
      let logits = Kernels.matmul(xs, weight, head, shape: [part.count, size])
      let losses = Kernels.crossEntropy(
        logits, targets: targets[part], soft: soft?.rows(part), scale: scale, cap: cap, differentiate: differentiate)
      total += losses.scalars.reduce(0, +)
      guard differentiate else { continue }
      // The logits are now their gradient: dX = dL·W, and dW = dLᵀ·X, to which further chunks add.
      let dlogits = logits
      Kernels.matmul(
        dlogits, weight, MatmulShape(m: part.count, n: width, k: size), into: dx.rows(part), accumulate: false)
      Kernels.matmul(
        dlogits, xs, MatmulShape(m: size, n: width, k: part.count, transposeA: true), into: dweight,
        accumulate: start > 0)
    }
    if rows == 0 { dweight = Tensor(repeating: 0, shape: dweight.shape, elementType: x.elementType) }
    loss = Tensor([total * scale], shape: [], elementType: x.elementType)
  }
}
