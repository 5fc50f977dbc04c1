import CKernels
import Testing

/// One call for several sequences against a call for each of them, in float64, bit for bit.
@Suite struct AttentionSequencesTests {
  /// Where a sequence's data begins, and how much of it there is.
  private struct Parts {
    let q, k, v, out, lse: Range<Int>

    init(_ test: AttentionCase, sequence b: Int) {
      func range(_ stride: Int) -> Range<Int> { b * stride..<(b + 1) * stride }
      q = range(test.shape.query_batch_stride)
      k = range(test.shape.key_batch_stride)
      v = range(test.shape.value_batch_stride)
      out = range(test.shape.output_batch_stride)
      lse = range(test.heads * test.queries)
    }
  }

  /// [out, lse, dq, dk, dv] of one sequence on its own; `all` are those of all of them.
  private func results(of test: AttentionCase, sequence b: Int, all: [[Double]]) -> [[Double]] {
    let parts = Parts(test, sequence: b)
    var shape = test.shape
    shape.batch = 1
    shape.key_length = test.keyLengths?[b] ?? test.keys
    return reference { run in
      func part(_ values: [Float], _ range: Range<Int>) -> TestTensor { run.tensor(Array(values[range])) }
      let (q, k, v) = (part(test.q, parts.q), part(test.k, parts.k), part(test.v, parts.v))
      let out = part(uniform(test.outputCount, seed: 5), parts.out)
      let lse = run.result(parts.lse.count)
      run.table.attention(run.pool, out.pointer, lse.pointer, q.pointer, k.pointer, v.pointer, &shape)
      let (dq, dk, dv) = (
        part(uniform(test.queryCount, seed: 6), parts.q), part(uniform(test.keyCount, seed: 7), parts.k),
        part(uniform(test.valueCount, seed: 8), parts.v)
      )
      run.table.attention_backward(
        run.pool, dq.pointer, dk.pointer, dv.pointer, part(test.dout, parts.out).pointer,
        part(all[0].map(Float.init), parts.out).pointer, part(all[1].map(Float.init), parts.lse).pointer, q.pointer,
        k.pointer, v.pointer, &shape)
      return [out, lse, dq, dk, dv]
    }
  }

  @Test(
    "float64's attention of several sequences is that of each one alone", arguments: AttentionTests.severalSequences)
  func oneByOne(_ test: AttentionCase) {
    let forward = reference { test.forward($0) }
    let all =
      forward + reference { test.backward($0, out: forward[0].map(Float.init), lse: forward[1].map(Float.init)) }
    // Dropout's counters count sequences, so that only the first one's are the same.
    for b in 0..<(test.dropout > 0 ? 1 : test.batch) {
      let (parts, one) = (Parts(test, sequence: b), results(of: test, sequence: b, all: all))
      #expect(one[0] == Array(all[0][parts.out]) && one[1] == Array(all[1][parts.lse]))
      #expect(one[2] == Array(all[2][parts.q]))
      let keys = test.keyLengths?[b] ?? test.keys
      for (gradient, stride, range) in [
        (3, test.shape.key_stride, parts.k), (4, test.shape.value_stride, parts.v),
      ] {
        let whole = Array(all[gradient][range])
        #expect(one[gradient].prefix(keys * stride) == whole.prefix(keys * stride))
        let behind = (keys..<test.keys).map { Array(whole[$0 * stride..<$0 * stride + test.keyHeads * test.width]) }
        #expect(behind.allSatisfy { $0.allSatisfy { $0 == 0 } }, "gradients behind the sequence's own keys")
      }
    }
  }
}
