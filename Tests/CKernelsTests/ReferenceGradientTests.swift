import CKernels
import Foundation
import Testing

/// The float64 backward kernels against central differences of the forward ones: for random r and d,
/// (r·f(x + hd) − r·f(x − hd)) / 2h is dx·d, where dx is the VJP of r.
@Suite struct ReferenceGradientTests {
  /// h² times a third derivative of order one, and rounding of 2⁻⁵³ / h times sums of size ten.
  static let step = 1e-5
  static let tolerance = 1e-8

  static func random(_ count: Int, _ seed: UInt32, in range: ClosedRange<Float> = -1...1) -> [Double] {
    uniform(count, seed: seed, in: range).map(Double.init)
  }

  static func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

  /// `gradients` are the VJPs of `weights` for each of the inputs.
  func check(
    _ what: String, inputs: [[Double]], weights: [Double], gradients: [[Double]],
    forward: ([[Double]]) -> [Double]
  ) {
    for index in inputs.indices {
      let direction = Self.random(inputs[index].count, UInt32(100 + index))
      func moved(_ distance: Double) -> Double {
        var inputs = inputs
        inputs[index] = zip(inputs[index], direction).map { $0 + distance * $1 }
        return Self.dot(forward(inputs), weights)
      }
      let numeric = (moved(Self.step) - moved(-Self.step)) / (2 * Self.step)
      let analytic = Self.dot(gradients[index], direction)
      let bound = Self.tolerance * (1 + abs(numeric))
      #expect(
        abs(numeric - analytic) <= bound, "\(what), input \(index): \(analytic), by differences \(numeric)")
    }
  }

  @Test("unary functions", arguments: 0..<9)
  func unary(_ raw: Int) {
    let op = ck_unary(rawValue: UInt32(raw))
    let table = referenceTable
    let n = 20
    // Away from 0, where relu has no derivative.
    let x = Self.random(n, 1, in: 0.2...2).enumerated().map { raw == 1 || raw == 2 || $0 % 2 == 0 ? $1 : -$1 }
    let dy = Self.random(n, 2)
    withPool(threads: 1) { pool in
      func value(_ x: [Double]) -> [Double] {
        var y = x
        table.unary(pool, op, &y, x, n)
        return y
      }
      var dx = x
      table.unary_backward(pool, op, &dx, dy, x, value(x), n)
      check("unary \(raw)", inputs: [x], weights: dy, gradients: [dx]) { value($0[0]) }
    }
  }

  @Test("softmax, its logarithm")
  func softmax() {
    let table = referenceTable
    let (rows, columns) = (3, 5)
    let (x, dy) = (Self.random(15, 3, in: -2...2), Self.random(15, 4))
    withPool(threads: 1) { pool in
      func value(_ x: [Double], logarithm: Bool) -> [Double] {
        var y = x
        (logarithm ? table.log_softmax : table.softmax)(pool, &y, x, rows, columns)
        return y
      }
      var (dx, dlog) = (x, x)
      table.softmax_backward(pool, &dx, dy, value(x, logarithm: false), rows, columns)
      table.log_softmax_backward(pool, &dlog, dy, value(x, logarithm: true), rows, columns)
      check("softmax", inputs: [x], weights: dy, gradients: [dx]) { value($0[0], logarithm: false) }
      check("log softmax", inputs: [x], weights: dy, gradients: [dlog]) { value($0[0], logarithm: true) }
    }
  }

  @Test("cross-entropy, also of capped logits and of mixed targets", arguments: [0, 1.5], [nil, 0.7])
  func crossEntropy(cap: Double, softWeight: Double?) {
    let table = referenceTable
    let (rows, columns) = (3, 5)
    let x = Self.random(15, 3, in: -2...2)
    let targets: [Int32] = [4, -1, 0]
    withPool(threads: 1) { pool in
      func losses(_ logits: [Double], gradient: UnsafeMutableRawPointer?) -> [Double] {
        var losses = [0.0, 0, 0]
        let soft = softWeight.map { _ in (0..<15).map { [0.1, 0.3, 0, 0.4, 0.2][$0 % 5] } }
        table.cross_entropy(
          pool, &losses, gradient, logits, targets, soft, softWeight ?? 0, gradient == nil ? 1 : 0.5, cap, rows, columns
        )
        return losses
      }
      var dlogits = x
      _ = losses(x, gradient: &dlogits)
      check("cross-entropy", inputs: [x], weights: [0.5, 0.5, 0.5], gradients: [dlogits]) {
        losses($0[0], gradient: nil)
      }
    }
  }

  @Test("RMS norm")
  func rmsNorm() {
    let table = referenceTable
    let (rows, columns) = (4, 6)
    let (x, dy) = (Self.random(24, 5), Self.random(24, 8))
    withPool(threads: 1) { pool in
      var rstd = [Double](repeating: 0, count: rows)
      func value(_ x: [Double]) -> [Double] {
        var y = x
        table.rms_norm(pool, &y, &rstd, x, 1e-2, rows, columns)
        return y
      }
      let y = value(x)
      let known = rstd
      var dx = x
      table.rms_norm_backward(pool, &dx, dy, y, known, rows, columns)
      check("RMS norm", inputs: [x], weights: dy, gradients: [dx]) { value($0[0]) }
    }
  }

  @Test("layer norm")
  func layerNorm() {
    let table = referenceTable
    let rows = 4
    let columns = 6
    let x = Self.random(24, 5)
    let gain = Self.random(6, 6, in: 0.5...2)
    let bias = Self.random(6, 7)
    let dy = Self.random(24, 8)
    withPool(threads: 1) { pool in
      var mean = [Double](repeating: 0, count: rows)
      var rstd = mean
      func value(_ inputs: [[Double]]) -> [Double] {
        var y = x
        table.layer_norm(pool, &y, &mean, &rstd, inputs[0], inputs[1], inputs[2], 1e-5, rows, columns)
        return y
      }
      _ = value([x, gain, bias])
      var dx = x
      var dgain = gain
      var dbias = bias
      table.layer_norm_backward(pool, &dx, &dgain, &dbias, dy, x, gain, mean, rstd, rows, columns)
      check(
        "layer norm", inputs: [x, gain, bias], weights: dy, gradients: [dx, dgain, dbias], forward: value)
    }
  }

  @Test("embedding and rotary")
  func embedding() {
    let table = referenceTable
    let ids: [Int32] = [2, 0, 2, 1]
    let weights = Self.random(9, 9)
    let dy = Self.random(12, 10)
    var shape = ck_rotary(
      batch: 1, sequence_length: 2, x_stride: 6, x_batch_stride: 12, y_stride: 6, y_batch_stride: 12, heads: 1,
      head_width: 4, copied: 2, first_position: 1, first_positions: nil, y_first_rows: nil, inverse: false)
    let cosines = Self.random(6, 11)
    let sines = Self.random(6, 12)
    let x = Self.random(12, 13)
    withPool(threads: 1) { pool in
      var dtable = [Double](repeating: 0, count: 9)
      var dx = x
      table.embedding_backward(pool, &dtable, dy, ids, 4, 3)
      check("embedding", inputs: [weights], weights: dy, gradients: [dtable]) { inputs in
        var y = dy
        table.embedding(pool, &y, inputs[0], ids, 4, 3)
        return y
      }
      shape.inverse = true
      table.rotary(pool, &dx, dy, cosines, sines, &shape)
      shape.inverse = false
      check("rotary", inputs: [x], weights: dy, gradients: [dx]) { inputs in
        var y = x
        table.rotary(pool, &y, inputs[0], cosines, sines, &shape)
        return y
      }
    }
  }

  @Test(
    "attention",
    arguments: [
      AttentionCase(batch: 2, heads: 2, keyHeads: 1, width: 4, queries: 5, keys: 7),
      AttentionCase(heads: 2, keyHeads: 2, width: 3, queries: 6, keys: 6, causal: false, gap: 2),
      AttentionCase(width: 4, queries: 9, keys: 8, window: 3, dropout: 0.4),
    ])
  func attention(_ test: AttentionCase) {
    var shape = test.shape
    let table = referenceTable
    let inputs = [test.q, test.k, test.v].map { $0.map(Double.init) }
    let stride = shape.output_stride
    let dout = test.dout.enumerated().map { $0 % stride < test.heads * test.width ? Double($1) : 0 }
    withPool(threads: 1) { pool in
      var lse = [Double](repeating: 0, count: test.statisticCount)
      func value(_ inputs: [[Double]]) -> [Double] {
        var out = dout
        table.attention(pool, &out, &lse, inputs[0], inputs[1], inputs[2], &shape)
        return out
      }
      let out = value(inputs)
      var gradients = inputs.map { $0.map { _ in 0.0 } }
      let zeros = gradients
      var dq = zeros[0]
      var dk = zeros[1]
      var dv = zeros[2]
      table.attention_backward(
        pool, &dq, &dk, &dv, dout, out, lse, inputs[0], inputs[1], inputs[2], &shape)
      gradients = [dq, dk, dv]
      check("attention", inputs: inputs, weights: dout, gradients: gradients, forward: value)
    }
  }
}
