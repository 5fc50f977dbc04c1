import CKernels
import Transformer

// Kernels that multiply matrices: limited by the multipliers. M = B·T is the number of tokens.

extension KernelCase {
  /// A linear map `x · weightᵀ` of a model: x is [M, inputs], the weight [outputs, inputs].
  package struct LinearShape: Equatable, Sendable {
    package let name: String
    package let inputs, outputs: Int
  }

  /// The linear maps of a model, each kind once.
  package static func linearShapes(_ config: GPTConfig) -> [LinearShape] {
    let heads = config.headCount + 2 * config.keyValueHeadCount
    return [
      LinearShape(name: "qkv", inputs: config.width, outputs: heads * config.headWidth),
      LinearShape(name: "attention output", inputs: config.width, outputs: config.width),
      LinearShape(name: "mlp expand", inputs: config.width, outputs: config.mlpWidth),
      LinearShape(name: "mlp contract", inputs: config.mlpWidth, outputs: config.width),
      LinearShape(name: "head", inputs: config.width, outputs: config.vocabularySize),
    ]
  }

  /// The three products of each linear map: 2·m·n·k operations.
  static func products(_ config: GPTConfig, batchSize: Int) -> [KernelCase] {
    let rows = batchSize * config.contextLength
    return linearShapes(config).flatMap { map in
      [
        // Y = X·Wᵀ
        product("\(map.name) forward", m: rows, n: map.outputs, k: map.inputs, transposeB: true),
        // dX = dY·W
        product("\(map.name) input gradient", m: rows, n: map.inputs, k: map.outputs),
        // dW = dYᵀ·X
        product("\(map.name) weight gradient", m: map.outputs, n: map.inputs, k: rows, transposeA: true),
      ]
    }
  }

  private static func product(
    _ name: String, m: Int, n: Int, k: Int, transposeA: Bool = false, transposeB: Bool = false
  ) -> KernelCase {
    KernelCase(name, [m, n, k], .product, 2 * m * n * k) { machine in
      let (a, b, c) = (Floats(m * k), Floats(k * n), Floats(m * n))
      return {
        var shape = ck_matmul(
          m: m, n: n, k: k, transpose_a: transposeA, transpose_b: transposeB, accumulate: false, symmetric: false,
          precision: machine.precision.kernelPrecision,
          lda: transposeA ? m : k, ldb: transposeB ? k : n, ldc: n, batch: 1, stride_a: 0, stride_b: 0,
          stride_c: 0)
        machine.kernels.matmul(machine.pool, c.start, a.start, b.start, nil, &shape)
      }
    }
  }

  /// Causal attention, queries, keys and values side by side in a row. Each of a head's T·(T + 1)/2 pairs of
  /// query and key takes 4·D operations forward (two products) and 10·D backward (five).
  static func attention(_ config: GPTConfig, batchSize: Int) -> [KernelCase] {
    let (heads, length, width) = (config.headCount, config.contextLength, config.headWidth)
    let pairs = batchSize * heads * (length * (length + 1) / 2)
    let sizes = [batchSize, heads, length, width]
    return [
      KernelCase("attention forward", sizes, .attention, 4 * width * pairs) { machine in
        let buffers = AttentionBuffers(config, batchSize: batchSize)
        return { buffers.forward(on: machine) }
      },
      KernelCase("attention backward", sizes, .attention, 10 * width * pairs) { machine in
        let buffers = AttentionBuffers(config, batchSize: batchSize)
        buffers.forward(on: machine)
        return { buffers.backward(on: machine) }
      },
    ]
  }
}

/// What attention reads and writes.
private final class AttentionBuffers: Sendable {
  private let qkv, dqkv, out, dout, lse: Floats
  private let keys, values: Int  // where they begin in a row
  private let config: GPTConfig
  private let batchSize, stride: Int

  init(_ config: GPTConfig, batchSize: Int) {
    let rows = batchSize * config.contextLength
    keys = config.width
    values = keys + config.keyValueHeadCount * config.headWidth
    stride = values + config.keyValueHeadCount * config.headWidth
    (qkv, dqkv) = (Floats(rows * stride), Floats(rows * stride))
    (out, dout) = (Floats(rows * config.width), Floats(rows * config.width))
    lse = Floats(rows * config.headCount)
    (self.config, self.batchSize) = (config, batchSize)
  }

  private func shape(_ precision: ck_precision) -> ck_attention {
    ck_attention(
      batch: batchSize, heads: config.headCount, key_heads: config.keyValueHeadCount,
      head_width: config.headWidth,
      query_length: config.contextLength, key_length: config.contextLength,
      query_stride: stride, key_stride: stride, value_stride: stride, output_stride: config.width,
      query_batch_stride: config.contextLength * stride, key_batch_stride: config.contextLength * stride,
      value_batch_stride: config.contextLength * stride, output_batch_stride: config.contextLength * config.width,
      key_lengths: nil,
      scale: 1 / Double(config.headWidth).squareRoot(), precision: precision, causal: true,
      window: config.slidingWindow ?? 0,
      dropout: 0, key: cr_key())
  }

  func forward(on machine: Machine) {
    var shape = shape(machine.precision.kernelPrecision)
    machine.kernels.attention(
      machine.pool, out.start, lse.start, qkv.start, qkv.start + keys, qkv.start + values, &shape)
  }

  func backward(on machine: Machine) {
    var shape = shape(machine.precision.kernelPrecision)
    machine.kernels.attention_backward(
      machine.pool, dqkv.start, dqkv.start + keys, dqkv.start + values, dout.start, out.start, lse.start,
      qkv.start, qkv.start + keys, qkv.start + values, &shape)
  }
}
