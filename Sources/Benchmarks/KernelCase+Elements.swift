import CKernels
import Transformer

// Kernels that pass over their data once, element by element; see KernelCase+Rows.swift.

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
}
