import CKernels
import Transformer

// Kernels that pass over their data once, compared with a copy (dropout, GELU and cross-entropy compute so much that
// they stay below it). Bytes are those of every element that must be
// read or written; M = B·T is the number of tokens.

private func bytes(ofFloats count: Int) -> Int { count * MemoryLayout<Float>.size }

extension KernelCase {
  /// Kernels over rows of the residual stream and of the logits.
  static func rows(_ config: GPTConfig, batchSize: Int) -> [KernelCase] {
    let (rows, width) = (batchSize * config.contextLength, config.width)
    let crossEntropy = crossEntropy(rows, config.vocabularySize, cap: config.architecture.logitCap)
    switch config.architecture {
    case .gpt: return layerNorm(rows, width) + [crossEntropy, biasGradient(rows, config.mlpWidth)]
    case .nanochat: return rmsNorm(rows, width) + [crossEntropy]
    }
  }

  /// Forward reads x and writes y, backward reads dy and x and writes dx, each [M, C].
  private static func layerNorm(_ rows: Int, _ width: Int) -> [KernelCase] {
    let count = rows * width
    return [
      KernelCase(
        "layer norm forward", [rows, width], .copy, bytes(ofFloats: 2 * count + 2 * width + 2 * rows)
      ) { m in
        let (y, x, gain, bias) = (Floats(count), Floats(count), Floats(width), Floats(width))
        let (mean, rstd) = (Floats(rows), Floats(rows))
        return {
          m.kernels.layer_norm(
            m.pool, y.start, mean.start, rstd.start, x.start, gain.start, bias.start, 1e-5, rows, width)
        }
      },
      KernelCase(
        "layer norm backward", [rows, width], .copy, bytes(ofFloats: 3 * count + 3 * width + 2 * rows)
      ) { m in
        let (dx, dy, x) = (Floats(count), Floats(count), Floats(count))
        let (dgain, dbias, gain) = (Floats(width), Floats(width), Floats(width))
        let (mean, rstd) = (Floats(rows), Floats(rows))
        return {
          m.kernels.layer_norm_backward(
            m.pool, dx.start, dgain.start, dbias.start, dy.start, x.start, gain.start, mean.start, rstd.start,
            rows,
            width)
        }
      },
    ]
  }

  /// Forward reads x and writes y, backward reads dy and y and writes dx, each [M, C].
  private static func rmsNorm(_ rows: Int, _ width: Int) -> [KernelCase] {
    let count = rows * width
    return [
      KernelCase("rms norm forward", [rows, width], .copy, bytes(ofFloats: 2 * count + rows)) { m in
        let (y, x, rstd) = (Floats(count), Floats(count), Floats(rows))
        return { m.kernels.rms_norm(m.pool, y.start, rstd.start, x.start, 1e-6, rows, width) }
      },
      KernelCase("rms norm backward", [rows, width], .copy, bytes(ofFloats: 3 * count + rows)) { m in
        let (dx, dy, y, rstd) = (Floats(count), Floats(count), Floats(count), Floats(rows))
        return { m.kernels.rms_norm_backward(m.pool, dx.start, dy.start, y.start, rstd.start, rows, width) }
      },
    ]
  }

  /// Logits [M, V] become their gradient in place.
  private static func crossEntropy(_ rows: Int, _ size: Int, cap: Double?) -> KernelCase {
    KernelCase("softmax, cross-entropy", [rows, size], .copy, bytes(ofFloats: 2 * rows * size + 2 * rows)) {
      m in
      let (losses, logits) = (Floats(rows), Floats(rows * size))
      let targets = (0..<rows).map { Int32($0 % size) }
      return {
        m.kernels.cross_entropy(m.pool, losses.start, logits.start, logits.start, targets, nil, 0, 1, cap ?? 0, rows, size)
      }
    }
  }

  /// Sums dY [M, F] over its rows.
  private static func biasGradient(_ rows: Int, _ width: Int) -> KernelCase {
    KernelCase("bias gradient", [rows, width], .copy, bytes(ofFloats: rows * width + width)) { m in
      let (sums, dy) = (Floats(width), Floats(rows * width))
      return { m.kernels.sum_columns(m.pool, sums.start, dy.start, rows, width) }
    }
  }
}

extension KernelCase {
  /// Kernels that treat each element alike.
  static func elementwise(_ config: GPTConfig, batchSize: Int) -> [KernelCase] {
    let rows = batchSize * config.contextLength
    let (hidden, stream) = (rows * config.mlpWidth, rows * config.width)
    let matrix = config.mlpWidth * config.width
    let activation: (name: String, kernel: ck_unary) =
      switch config.architecture {
      case .gpt: ("gelu", ck_unary_gelu)
      case .nanochat: ("squared relu", ck_unary_relu_squared)
      }
    return [
      KernelCase("\(activation.name) forward", [rows, config.mlpWidth], .copy, bytes(ofFloats: 2 * hidden)) { m in
        let (y, x) = (Floats(hidden), Floats(hidden))
        return { m.kernels.unary(m.pool, activation.kernel, y.start, x.start, hidden) }
      },
      KernelCase("\(activation.name) backward", [rows, config.mlpWidth], .copy, bytes(ofFloats: 4 * hidden)) { m in
        let (dx, dy, x, y) = (Floats(hidden), Floats(hidden), Floats(hidden), Floats(hidden))
        return {
          m.kernels.unary_with_backward(m.pool, activation.kernel, y.start, dx.start, dy.start, x.start, hidden)
        }
      },
      KernelCase("residual add", [rows, config.width], .copy, bytes(ofFloats: 3 * stream)) { m in
        let (y, a, b) = (Floats(stream), Floats(stream), Floats(stream))
        return { m.kernels.binary(m.pool, ck_binary_add, y.start, a.start, b.start, stream) }
      },
      KernelCase("dropout", [rows, config.width], .copy, bytes(ofFloats: 2 * stream)) { m in
        let (y, x) = (Floats(stream), Floats(stream))
        return { m.kernels.dropout(m.pool, y.start, x.start, 0.2, cr_key(), stream) }
      },
      KernelCase("gradient norm", [config.mlpWidth, config.width], .copy, bytes(ofFloats: matrix)) { m in
        let x = Floats(matrix)
        return { _ = m.kernels.sum_squares(m.pool, x.start, matrix) }
      },
      // Reads weights, both moments and the gradient; writes all but the last.
      KernelCase("adamw", [config.mlpWidth, config.width], .copy, bytes(ofFloats: 7 * matrix)) { m in
        let (weights, gradients) = (Floats(matrix), Floats(matrix))
        let (first, second) = (Floats(matrix, zero: true), Floats(matrix, zero: true))
        return {
          var step = ck_adamw(
            rate: 1e-3, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, decay: 0.1, correction1: 0.1,
            correction2: 0.01,
            gradient_scale: 1)
          m.kernels.adamw(m.pool, weights.start, first.start, second.start, gradients.start, &step, matrix)
        }
      },
    ]
  }

  /// Kernels that look rows up in a table.
  static func tables(_ config: GPTConfig, batchSize: Int) -> [KernelCase] {
    let (rows, width, size) = (batchSize * config.contextLength, config.width, config.vocabularySize)
    // Spread over the table: neighbours are far apart, as those of a text are.
    let ids = (0..<rows).map { Int32($0 * 7_919 % size) }
    return [
      KernelCase("embedding forward", [rows, width], .copy, bytes(ofFloats: 2 * rows * width + rows)) { m in
        let (y, table) = (Floats(rows * width), Floats(size * width))
        return { m.kernels.embedding(m.pool, y.start, table.start, ids, rows, width) }
      },
      // Reads dY, and reads and writes as many elements of the table's gradient.
      KernelCase("embedding backward", [rows, width], .copy, bytes(ofFloats: 3 * rows * width + rows)) { m in
        let (gradient, dy) = (Floats(size * width), Floats(rows * width, zero: true))
        return { m.kernels.embedding_backward(m.pool, gradient.start, dy.start, ids, rows, width) }
      },
    ] + rotary(config, rows: rows)
  }

  /// Queries and keys turned, and normalized in an architecture that does; values copied.
  private static func rotary(_ config: GPTConfig, rows: Int) -> [KernelCase] {
    let heads = config.headCount + config.keyValueHeadCount
    let rowWidth = (heads + config.keyValueHeadCount) * config.headWidth
    let (length, count) = (config.contextLength, rows * rowWidth)
    let angles = config.contextLength * config.headWidth / 2
    @Sendable func shape() -> ck_rotary {
      ck_rotary(
        batch: rows / length, sequence_length: length, x_stride: rowWidth, x_batch_stride: length * rowWidth,
        y_stride: rowWidth, y_batch_stride: length * rowWidth, heads: heads, head_width: config.headWidth,
        copied: rowWidth - heads * config.headWidth, first_position: 0, first_positions: nil, y_first_rows: nil,
        inverse: false)
    }
    switch config.architecture {
    case .gpt:
      return [
        KernelCase("rotary", [rows, rowWidth], .copy, bytes(ofFloats: 2 * count + 2 * angles)) { m in
          let (y, x, cosines, sines) = (Floats(count), Floats(count), Floats(angles), Floats(angles))
          return {
            var shape = shape()
            m.kernels.rotary(m.pool, y.start, x.start, cosines.start, sines.start, &shape)
          }
        }
      ]
    case .nanochat:
      let statistics = rows * heads
      return [
        KernelCase(
          "rotary, norm forward", [rows, rowWidth], .copy, bytes(ofFloats: 2 * count + 2 * angles + statistics)
        ) { m in
          let (y, x, cosines, sines) = (Floats(count), Floats(count), Floats(angles), Floats(angles))
          let rstd = Floats(statistics)
          return {
            var shape = shape()
            m.kernels.rotary_norm(m.pool, y.start, rstd.start, x.start, cosines.start, sines.start, 1e-6, &shape)
          }
        },
        // What is only copied, the values' part, is not read of y.
        KernelCase(
          "rotary, norm backward", [rows, rowWidth], .copy,
          bytes(ofFloats: 2 * count + rows * heads * config.headWidth + 2 * angles + statistics)
        ) { m in
          let (dx, dy, y) = (Floats(count), Floats(count), Floats(count))
          let (cosines, sines, rstd) = (Floats(angles), Floats(angles), Floats(statistics))
          return {
            var shape = shape()
            m.kernels.rotary_norm_backward(
              m.pool, dx.start, dy.start, y.start, rstd.start, cosines.start, sines.start, &shape)
          }
        },
      ]
    }
  }
}
