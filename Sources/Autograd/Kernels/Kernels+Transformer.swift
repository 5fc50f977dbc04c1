import CKernels
import Randomness

// Kernels of the transformer's own operations and of its optimizer.

extension Kernels {
  static func embedding(_ table: Tensor, ids: [Int32]) -> Tensor {
    let width = table.shape[1]
    let y = Tensor(uninitialized: [ids.count, width], table.elementType)
    run(on: table.elementType) { $0.embedding($1, y.address, table.address, ids, ids.count, width) }
    return y
  }

  /// The gradient of the whole table: zero in rows that `ids` does not name.
  static func embeddingBackward(dy: Tensor, ids: [Int32], table shape: [Int]) -> Tensor {
    let dtable = Tensor(repeating: 0, shape: shape, elementType: dy.elementType)
    run(on: dy.elementType) { $0.embedding_backward($1, dtable.address, dy.address, ids, ids.count, shape[1]) }
    return dtable
  }

  /// Adds the same to the gradient that other uses of the table have: rows that `ids` does not name are not touched.
  static func addEmbeddingGradient(to dtable: inout Tensor, dy: Tensor, ids: [Int32]) {
    let (tableSize, width) = (dtable.shape[0], dtable.shape[1])
    // Each row's terms are summed first: the sum is then the same as that of two whole gradients.
    var named: [Int32] = []
    var places = [Int32](repeating: -1, count: tableSize)
    let compact = ids.map { id in
      if places[Int(id)] < 0 {
        places[Int(id)] = Int32(named.count)
        named.append(id)
      }
      return places[Int(id)]
    }
    let sums = embeddingBackward(dy: dy, ids: compact, table: [named.count, width])
    dtable.mutate { dtable in
      withExtendedLifetime(sums) {
        run(on: sums.elementType) { $0.embedding_backward($1, dtable, sums.address, named, named.count, width) }
      }
    }
  }

  static func rotary(_ x: Tensor, _ rotation: Rotation, inverse: Bool) -> Tensor {
    let y = Tensor(uninitialized: x.shape, x.elementType)
    var call = rotation.kernelCall(of: x.shape, inverse: inverse)
    run(on: x.elementType) {
      $0.rotary($1, y.address, x.address, rotation.table.cosines.address, rotation.table.sines.address, &call)
    }
    return y
  }

  /// Rotated and normalized heads, with each one's 1/√(mean of x² + ε).
  static func rotaryNorm(_ x: Tensor, _ rotation: Rotation, epsilon: Double) -> (y: Tensor, rstd: Tensor) {
    let y = Tensor(uninitialized: x.shape, x.elementType)
    let rstd = Tensor(uninitialized: x.shape.dropLast() + [rotation.headCount], x.elementType)
    var call = rotation.kernelCall(of: x.shape, inverse: false)
    run(on: x.elementType) {
      $0.rotary_norm(
        $1, y.address, rstd.address, x.address, rotation.table.cosines.address, rotation.table.sines.address, epsilon,
        &call)
    }
    return (y, rstd)
  }

  static func rotaryNormBackward(dy: Tensor, y: Tensor, rstd: Tensor, _ rotation: Rotation) -> Tensor {
    let dx = Tensor(uninitialized: y.shape, y.elementType)
    var call = rotation.kernelCall(of: y.shape, inverse: false)
    run(on: y.elementType) {
      $0.rotary_norm_backward(
        $1, dx.address, dy.address, y.address, rstd.address, rotation.table.cosines.address,
        rotation.table.sines.address, &call)
    }
    return dx
  }

  /// Attention's output and the log-sum-exp of each query's scores, [B, H, Tq].
  static func attention(_ parts: AttentionOperands, _ call: AttentionCall) -> (out: Tensor, lse: Tensor) {
    let elementType = parts.elementType
    let out = Tensor(uninitialized: call.outputShape, elementType)
    let lse = Tensor(uninitialized: [call.batch, call.heads, call.queryLength], elementType)
    var c = call.kernelCall
    run(on: elementType) {
      $0.attention($1, out.address, lse.address, parts.queries, parts.keys, parts.values, &c)
    }
    return (out, lse)
  }

  /// Writes the gradients of queries, keys and values to `gradients`, laid out as `parts` is.
  static func attentionBackward(
    _ gradients: AttentionOperands, dout: Tensor, out: Tensor, lse: Tensor, _ parts: AttentionOperands,
    _ call: AttentionCall
  ) {
    var c = call.kernelCall
    run(on: parts.elementType) {
      $0.attention_backward(
        $1, gradients.queries, gradients.keys, gradients.values, dout.address, out.address, lse.address,
        parts.queries, parts.keys, parts.values, &c)
    }
  }
}

extension Rotation {
  /// The call that turns rows of a tensor [..., T, width] of this shape.
  fileprivate func kernelCall(of shape: [Int], inverse: Bool) -> ck_rotary {
    let (length, width) = (shape[shape.count - 2], shape[shape.count - 1])
    return ck_rotary(
      batch: Shape.count(shape) / max(length * width, 1), sequence_length: length,
      x_stride: width, x_batch_stride: length * width, y_stride: width, y_batch_stride: length * width,
      heads: headCount, head_width: table.headWidth, copied: width - headCount * table.headWidth,
      first_position: firstPosition, first_positions: nil, y_first_rows: nil, inverse: inverse)
  }
}

extension AttentionCall {
  fileprivate var kernelCall: ck_attention {
    ck_attention(
      batch: batch, heads: heads, key_heads: keyHeads, head_width: headWidth,
      query_length: queryLength, key_length: keyLength,
      query_stride: queryStride, key_stride: keyStride, value_stride: keyStride, output_stride: heads * headWidth,
      query_batch_stride: queryLength * queryStride, key_batch_stride: keyLength * keyStride,
      value_batch_stride: keyLength * keyStride, output_batch_stride: queryLength * heads * headWidth,
      key_lengths: nil,
      scale: scale, precision: Processor.current.precision.kernelPrecision, causal: mask.isCausal, window: mask.window,
      dropout: dropout?.probability ?? 0, key: (dropout?.key ?? RandomKey(seed: 0)).kernelKey)
  }
}

// MARK: - The optimizer's

/// One AdamW step's numbers; Loshchilov & Hutter, arXiv 1711.05101.
package struct AdamWStep: Sendable {
  package var rate, beta1, beta2, epsilon, decay: Double
  /// 1 − βᵗ for each moment, t counting from 1.
  package var correction1, correction2: Double
  /// What the gradient is multiplied by first: clipping.
  package var gradientScale: Double

  package init(
    rate: Double, beta1: Double, beta2: Double, epsilon: Double, decay: Double, correction1: Double,
    correction2: Double, gradientScale: Double
  ) {
    (self.rate, self.beta1, self.beta2, self.epsilon, self.decay) = (rate, beta1, beta2, epsilon, decay)
    (self.correction1, self.correction2, self.gradientScale) = (correction1, correction2, gradientScale)
  }
}

extension Tensor {
  /// Applies one AdamW step in place to these weights and their moments.
  package mutating func applyAdamW(
    _ step: AdamWStep, gradient: Tensor, firstMoment: inout Tensor, secondMoment: inout Tensor
  ) {
    require(gradient.shape == shape, "AdamW: gradient \(gradient.shape) of weights \(shape)")
    var call = ck_adamw(
      rate: step.rate, beta1: step.beta1, beta2: step.beta2, epsilon: step.epsilon, decay: step.decay,
      correction1: step.correction1, correction2: step.correction2, gradient_scale: step.gradientScale)
    let (n, elementType) = (count, elementType)
    mutate { weights in
      firstMoment.mutate { m in
        secondMoment.mutate { v in
          Kernels.run(on: elementType) { $0.adamw($1, weights, m, v, gradient.address, &call, n) }
        }
      }
    }
  }

  /// Σ x² over all elements, in double.
  package var sumOfSquares: Double { Kernels.sumSquares(self) }
}
