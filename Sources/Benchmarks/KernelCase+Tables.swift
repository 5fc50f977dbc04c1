import CKernels
import Transformer

// Kernels that pass over their data once and look something up beside it; see KernelCase+Rows.swift.

extension KernelCase {
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
