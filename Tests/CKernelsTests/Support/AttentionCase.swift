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
  /// Rows between one sequence's last and the next one's first.
  var rowsBetween = 0
  /// How many keys each sequence has; nil: all have `keys`.
  var keyLengths: [Int]?
  var precision = ck_precision_highest

  var testDescription: String {
    "B\(batch) H\(heads)/\(keyHeads) D\(width) Tq\(queries) Tk\(keys)"
      + "\(causal ? " causal" : "") window \(window) dropout \(dropout) gap \(gap)+\(rowsBetween) "
      + "lengths \(keyLengths.map { "\($0)" } ?? "alike") precision \(precision.rawValue)"
  }

  /// Without `keyLengths`, which `withShape` adds.
  var shape: ck_attention {
    let (query, key, value) = (heads * width + gap, keyHeads * width + 2 * gap, keyHeads * width + gap)
    let output = heads * width + 3 * gap
    return ck_attention(
      batch: batch, heads: heads, key_heads: keyHeads, head_width: width, query_length: queries,
      key_length: keys,
      query_stride: query, key_stride: key, value_stride: value, output_stride: output,
      query_batch_stride: (queries + rowsBetween) * query, key_batch_stride: (keys + 2 * rowsBetween) * key,
      value_batch_stride: (keys + rowsBetween) * value, output_batch_stride: (queries + 3 * rowsBetween) * output,
      key_lengths: nil,
      scale: 1 / Double(width).squareRoot(), precision: precision, causal: causal, window: window, dropout: dropout,
      key: cr_key(word: (5, 6)))
  }

  func withShape(_ body: (UnsafePointer<ck_attention>) -> Void) {
    var shape = shape
    guard let keyLengths else { return body(&shape) }
    keyLengths.withUnsafeBufferPointer {
      shape.key_lengths = $0.baseAddress
      body(&shape)
    }
  }

  var queryCount: Int { batch * shape.query_batch_stride }
  var keyCount: Int { batch * shape.key_batch_stride }
  var valueCount: Int { batch * shape.value_batch_stride }
  var outputCount: Int { batch * shape.output_batch_stride }
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
    let out = run.tensor(uniform(outputCount, seed: 5))
    let lse = run.result(statisticCount)
    withShape {
      run.table.attention(
        run.pool, out.pointer, lse.pointer, run.tensor(q).pointer, run.tensor(k).pointer,
        run.tensor(v ?? self.v).pointer, $0)
    }
    return [out, lse]
  }

  /// [dq, dk, dv] for given forward results; the gaps hold what they held.
  func backward(_ run: KernelRun, out: [Float], lse: [Float], dout: [Float]? = nil) -> [TestTensor] {
    let dq = run.tensor(uniform(queryCount, seed: 6))
    let dk = run.tensor(uniform(keyCount, seed: 7))
    let dv = run.tensor(uniform(valueCount, seed: 8))
    withShape {
      run.table.attention_backward(
        run.pool, dq.pointer, dk.pointer, dv.pointer, run.tensor(dout ?? self.dout).pointer,
        run.tensor(out).pointer,
        run.tensor(lse).pointer, run.tensor(q).pointer, run.tensor(k).pointer, run.tensor(v).pointer, $0)
    }
    return [dq, dk, dv]
  }
}
