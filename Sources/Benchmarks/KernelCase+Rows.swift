import CKernels
import Transformer

// Kernels that pass over their data once, compared with a copy (dropout, GELU and cross-entropy compute so much that
// they stay below it). Bytes are those of every element that must be read or written; M = B·T is the number of tokens.

func bytes(ofFloats count: Int) -> Int { count * MemoryLayout<Float>.size }

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
        m.kernels.cross_entropy(
          m.pool, losses.start, logits.start, logits.start, targets, nil, 0, 1, cap ?? 0, rows, size)
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
