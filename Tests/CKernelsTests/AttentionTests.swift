import CKernels
import Foundation
import Testing

@Suite struct AttentionTests {
  /// Lengths around a tile of queries (4, 6, 8), few queries (below 4), blocks (64, 256), and vectors and panels
  /// of keys.
  static let cases: [AttentionCase] =
    sizes(
      [
        AttentionCase(queries: 1, keys: 1), AttentionCase(width: 16, queries: 8, keys: 8),
        AttentionCase(batch: 2, heads: 2, keyHeads: 2, width: 5, queries: 7, keys: 7, gap: 3),
        AttentionCase(heads: 4, keyHeads: 2, queries: 17, keys: 17, gap: 1),
        AttentionCase(queries: 33, keys: 65, causal: false), AttentionCase(width: 7, queries: 9, keys: 20),
        AttentionCase(heads: 2, keyHeads: 1, queries: 1, keys: 50),
        AttentionCase(width: 33, queries: 3, keys: 49),
        AttentionCase(queries: 20, keys: 20, window: 6),
        AttentionCase(width: 17, queries: 70, keys: 90, window: 33),
        AttentionCase(heads: 2, keyHeads: 2, queries: 12, keys: 12, dropout: 0.3),
        AttentionCase(width: 8, queries: 2, keys: 70, window: 66, dropout: 0.5),
        AttentionCase(queries: 12, keys: 5), AttentionCase(queries: 3, keys: 2),
        AttentionCase(queries: 5, keys: 0),
        AttentionCase(queries: 0, keys: 5, causal: false),
        AttentionCase(batch: 3, heads: 4, keyHeads: 4, queries: 64, keys: 64, gap: 256),
        AttentionCase(heads: 6, keyHeads: 3, width: 64, queries: 130, keys: 130, window: 100, dropout: 0.2),
        AttentionCase(heads: 2, keyHeads: 1, width: 48, queries: 65, keys: 66),
        AttentionCase(width: 64, queries: 300, keys: 300),
        AttentionCase(width: 128, queries: 63, keys: 97, causal: false),
        AttentionCase(width: 24, queries: 100, keys: 513, dropout: 0.1),
        AttentionCase(width: 4, queries: 4, keys: 4), AttentionCase(width: 9, queries: 5, keys: 15, causal: false),
        AttentionCase(width: 15, queries: 6, keys: 16), AttentionCase(width: 3, queries: 48, keys: 48, window: 1),
        AttentionCase(width: 2, queries: 255, keys: 255, window: 31), AttentionCase(width: 2, queries: 256, keys: 256),
        AttentionCase(width: 2, queries: 257, keys: 258, dropout: 0.4),
      ], inDebug: 16) + severalSequences

  /// Caches that several sequences have filled to different lengths: a token at a time, a few, and whole blocks.
  static let severalSequences = [
    AttentionCase(batch: 3, heads: 4, keyHeads: 2, queries: 1, keys: 20, rowsBetween: 5, keyLengths: [20, 1, 13]),
    AttentionCase(
      batch: 3, heads: 2, keyHeads: 1, width: 5, queries: 7, keys: 33, gap: 1, rowsBetween: 1, keyLengths: [9, 0, 4]),
    AttentionCase(
      batch: 2, heads: 2, keyHeads: 2, queries: 20, keys: 70, window: 9, dropout: 0.3, keyLengths: [20, 61]),
    AttentionCase(batch: 2, width: 16, queries: 33, keys: 50, causal: false, rowsBetween: 3, keyLengths: [49, 16]),
    AttentionCase(batch: 3, heads: 2, keyHeads: 2, width: 8, queries: 16, keys: 16, gap: 2, rowsBetween: 7),
  ]

  /// The relative error of a weight: the score is off by γ of its sum of sizes (|q| ≤ 2, |k| ≤ 1), counted for
  /// the maximum too; then a rounded argument, the exponential, and the sum of Tk of them.
  static func weightError(_ test: AttentionCase) -> Double {
    let size = 2 * Double(test.width) * test.shape.scale
    let rounding = 2 * gamma(test.width + 3) * size + 4 * u * size + gamma(test.keys + 12)
    switch test.precision {
    // Its factors are exact but for the weights and their gradients, which are rounded by 2⁻⁸.
    case ck_precision_medium: return rounding + 0x1p-8
    // Scores and their maximum are off by 2⁻¹⁵ of their size, and the products with weights by as much again.
    case ck_precision_high: return rounding + 2 * 0x1p-15 * size + 2 * 0x1p-15
    default: return rounding
    }
  }

  /// On a matrix unit, where there are 16 queries or more.
  static let rounded = cases.filter { $0.queries >= 16 }.flatMap { test in
    RoundedPrecisionTests.precisions.map { precision in
      var test = test
      test.precision = precision
      return test
    }
  }

  static var unitTables: [ck_kernels] { tables(for: ck_precision_high) }

  @Test("outputs and log-sum-exps on a matrix unit", .enabled(if: !unitTables.isEmpty), arguments: rounded)
  func forwardOnUnit(_ test: AttentionCase) {
    verifyForward(test, of: Self.unitTables)
  }

  @Test("on a matrix unit, high is another computation than highest", .enabled(if: !unitTables.isEmpty))
  func computesOnUnit() {
    for table in Self.unitTables {
      withPool(threads: 1) { pool in
        var test = AttentionCase(queries: 16, keys: 16)
        let highest = test.forward(KernelRun(table: table, pool: pool)).map(\.values)
        test.precision = ck_precision_high
        #expect(test.forward(KernelRun(table: table, pool: pool)).map(\.values) != highest)
      }
    }
  }

  @Test("gradients on a matrix unit", .enabled(if: !unitTables.isEmpty), arguments: rounded)
  func backwardOnUnit(_ test: AttentionCase) {
    verifyBackward(test, of: Self.unitTables)
  }

  @Test("outputs and log-sum-exps", arguments: cases)
  func forward(_ test: AttentionCase) {
    verifyForward(test, of: supportedTables())
  }

  private func verifyForward(_ test: AttentionCase, of tables: [ck_kernels]) {
    let sizes = reference { test.forward($0, v: test.v.map(abs)) }
    let error = Self.weightError(test)
    let out = sizes[0].map { abs($0) * (error + gamma(test.keys + 4)) }
    let lse = sizes[1].map { $0.isFinite ? error + 2 * u * abs($0) : 0 }
    verify("attention", tolerance: [out, lse], tables: tables) { test.forward($0) }
  }

  @Test("gradients", arguments: cases)
  func backward(_ test: AttentionCase) {
    verifyBackward(test, of: supportedTables())
  }

  private func verifyBackward(_ test: AttentionCase, of tables: [ck_kernels]) {
    let results = reference { test.forward($0) }.map { $0.map(Float.init) }
    let tolerance = Self.gradientTolerance(test, out: results[0], lse: results[1])
    verify("attention backward", tolerance: tolerance, tables: tables) {
      test.backward($0, out: results[0], lse: results[1])
    }
  }

  /// |dscore| ≤ scale · P · 2D·share, off by the weight's error and that of sums over D; dq sums it over keys,
  /// whose P add to 1, with |k| ≤ 1; dk and dv over queries (|q| ≤ 2, |dout| ≤ 1), whose P add to dv for a dout
  /// of ones.
  static func gradientTolerance(_ test: AttentionCase, out: [Float], lse: [Float]) -> [[Double]] {
    var undropped = test
    undropped.dropout = 0
    let ones = [Float](repeating: 1, count: test.outputCount)
    let sums = reference { undropped.backward($0, out: out, lse: lse, dout: ones) }[2]
    let share = 1 / (1 - test.dropout)
    let group = test.heads / test.keyHeads
    let terms = test.width + test.keys + group * test.queries + 12
    let error = weightError(test) + gamma(terms) + 2 * u * Double(lse.filter(\.isFinite).map(abs).max() ?? 0)
    let dscore = test.shape.scale * 2 * Double(test.width) * share * error
    let shape = test.shape
    let headWidths = test.keyHeads * test.width
    /// The sequence, row and column of an element; nil in gaps, which are left alone, so nothing is tolerated there.
    func place(_ index: Int, _ batchStride: Int, _ stride: Int, rows: Int, columns: Int) -> (Int, Int, Int)? {
      let (row, column) = (index % batchStride / stride, index % batchStride % stride)
      return row < rows && column < columns ? (index / batchStride, row, column) : nil
    }
    let dq = (0..<test.queryCount).map {
      place($0, shape.query_batch_stride, shape.query_stride, rows: test.queries, columns: test.heads * test.width)
        == nil ? 0 : dscore
    }
    let dv = (0..<test.valueCount).map {
      place($0, shape.value_batch_stride, shape.value_stride, rows: test.keys, columns: headWidths)
        == nil ? 0 : sums[$0] * share * error
    }
    let dk = (0..<test.keyCount).map { index -> Double in
      guard
        let (b, row, column) = place(
          index, shape.key_batch_stride, shape.key_stride, rows: test.keys, columns: headWidths)
      else { return 0 }
      return 2 * dscore * sums[b * shape.value_batch_stride + row * shape.value_stride + column]
    }
    return [dq, dk, dv]
  }

  @Test("float64's attention, by hand: two queries, scores log 1 and log 3, and a query that sees no key")
  func byHand() {
    // D = 1, scale 1: query 1 sees scores 0 and log 3, so weights ¼ and ¾ of values 8 and 4.
    var shape = AttentionCase(width: 1, queries: 2, keys: 2).shape
    var out = [0.0, 0]
    var lse = [0.0, 0]
    let q = [5.0, 1]
    let k = [0.0, log(3)]
    let v = [8.0, 4]
    withPool(threads: 1) { referenceTable.attention($0, &out, &lse, q, k, v, &shape) }
    let rounding = [Double](repeating: 16 * Double.ulpOfOne, count: 2)
    expectClose(out, [8, 5], within: rounding, "out")
    expectClose(lse, [0, log(4)], within: rounding, "lse")
    shape.key_length = 1
    withPool(threads: 1) { referenceTable.attention($0, &out, &lse, q, k, v, &shape) }
    #expect(out == [0, 8] && lse[0] == -.infinity)
  }

  @Test("a window as long as the sequence sees what no window sees")
  func wideWindow() {
    var windowed = AttentionCase(heads: 2, keyHeads: 2, queries: 30, keys: 30)
    let plain = reference { windowed.forward($0) }
    windowed.window = 30
    #expect(reference { windowed.forward($0) } == plain)
    windowed.window = 29
    #expect(reference { windowed.forward($0) } != plain)
  }
}
