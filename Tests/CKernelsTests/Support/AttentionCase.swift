import CKernels
import Testing

/// A shape of attention with inputs, and how its kernels are called.
struct AttentionCase: Sendable, CustomTestStringConvertible {
  var batch = 1, heads = 1, keyHeads = 1, width = 32
  var queries = 1, keys = 1
  var causal = true
  var window = 0
  var dropout = 0.0
  /// What a row exceeds its heads by.
  var gap = 0
  var precision = ck_precision_highest

  var testDescription: String {
    "B\(batch) H\(heads)/\(keyHeads) D\(width) Tq\(queries) Tk\(keys)"
      + "\(causal ? " causal" : "") window \(window) dropout \(dropout) gap \(gap) precision \(precision.rawValue)"
  }

  var shape: ck_attention {
    ck_attention(
      batch: batch, heads: heads, key_heads: keyHeads, head_width: width, query_length: queries,
      key_length: keys,
      query_stride: heads * width + gap, key_stride: keyHeads * width + 2 * gap,
      value_stride: keyHeads * width + gap, output_stride: heads * width + 3 * gap,
      scale: 1 / Double(width).squareRoot(), precision: precision, causal: causal, window: window, dropout: dropout,
      key: ck_random_key(word: (5, 6)))
  }

  var queryCount: Int { batch * queries * shape.query_stride }
  var keyCount: Int { batch * keys * shape.key_stride }
  var valueCount: Int { batch * keys * shape.value_stride }
  var outputCount: Int { batch * queries * shape.output_stride }
  var statisticCount: Int { batch * heads * queries }

  var q: [Float] { factors(queryCount, seed: 1, in: -2...2) }
  var k: [Float] { factors(keyCount, seed: 2) }
  var v: [Float] { factors(valueCount, seed: 3) }
  var dout: [Float] { factors(outputCount, seed: 4) }

  /// In medium, numbers that need no rounding.
  private func factors(_ count: Int, seed: UInt32, in range: ClosedRange<Float> = -1...1) -> [Float] {
    let values = uniform(count, seed: seed, in: range)
    return precision == ck_precision_medium ? values.map(bfloat16) : values
  }

  /// [out, lse]; out's gaps hold what they held.
  func forward(_ run: KernelRun, v: [Float]? = nil) -> [TestTensor] {
    var shape = shape
    let out = run.tensor(uniform(outputCount, seed: 5))
    let lse = run.result(statisticCount)
    run.table.attention(
      run.pool, out.pointer, lse.pointer, run.tensor(q).pointer, run.tensor(k).pointer,
      run.tensor(v ?? self.v).pointer, &shape)
    return [out, lse]
  }

  /// [dq, dk, dv] for given forward results; the gaps hold what they held.
  func backward(_ run: KernelRun, out: [Float], lse: [Float], dout: [Float]? = nil) -> [TestTensor] {
    var shape = shape
    let dq = run.tensor(uniform(queryCount, seed: 6))
    let dk = run.tensor(uniform(keyCount, seed: 7))
    let dv = run.tensor(uniform(valueCount, seed: 8))
    run.table.attention_backward(
      run.pool, dq.pointer, dk.pointer, dv.pointer, run.tensor(dout ?? self.dout).pointer,
      run.tensor(out).pointer,
      run.tensor(lse).pointer, run.tensor(q).pointer, run.tensor(k).pointer, run.tensor(v).pointer, &shape)
    return [dq, dk, dv]
  }
}
