import CKernels
import Testing

private let subnormal = Float.leastNormalMagnitude / 100

/// NaN, the infinities, both zeros and subnormal numbers, among ordinary ones.
private let specials: [Float] = [
  .nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, -subnormal, .leastNormalMagnitude, 1, -2.5, 0.75,
]

/// What finite results may be off by here: the other suites hold them to their own bounds.
private let loose = 1e-5

/// Every kernel is NaN, infinite and finite exactly where the float64 table is: a bad element stays in the row,
/// column or head that it belongs to.
@Suite struct SpecialValueTests {
  /// Ordinary values with a special one in every eleventh place.
  static func sprinkled(_ count: Int, seed: UInt32, _ values: [Float] = specials) -> [Float] {
    var x = uniform(count, seed: seed)
    for (turn, index) in stride(from: 3, to: count, by: 11).enumerated() { x[index] = values[turn % values.count] }
    return x
  }

  static func bounds(_ counts: Int...) -> [[Double]] {
    counts.map { [Double](repeating: loose, count: $0) }
  }

  static let functions = (0..<9).map { ck_unary(rawValue: $0) }

  @Test("functions of one number", arguments: functions)
  func unary(_ op: ck_unary) {
    let n = specials.count
    let body = { (run: KernelRun) in
      let y = run.result(n)
      run.table.unary(run.pool, op, y.pointer, run.tensor(specials).pointer, n)
      return [y]
    }
    verify("unary \(op.rawValue)", tolerance: [reference(body)[0].map { loose * max(1, abs($0)) }], body)
  }

  /// Not at ±∞, where silu and gelu have 0·∞, nor where 1/x and 1/√x overflow a float.
  @Test("their derivatives", arguments: functions)
  func derivatives(_ op: ck_unary) {
    let x: [Float] = [.nan, 0, -0.0, 1, 0.5, 4]
    verify("derivative \(op.rawValue)", tolerance: Self.bounds(x.count)) { run in
      let y = run.result(x.count)
      let dx = run.result(x.count)
      let dy = run.tensor([Float](repeating: 0.5, count: x.count))
      let input = run.tensor(x).pointer
      run.table.unary(run.pool, op, y.pointer, input, x.count)
      run.table.unary_backward(run.pool, op, dx.pointer, dy.pointer, input, y.pointer, x.count)
      return [dx]
    }
  }

  @Test("functions of two, for all pairs: subnormal results are not flushed to zero", arguments: 0..<4)
  func binary(_ raw: UInt32) {
    let ordinary = specials.filter { !$0.isFinite || $0 == 0 || abs($0) > 1e-3 || raw < 2 }
    let a = ordinary.flatMap { first in ordinary.map { _ in first } }
    let b = ordinary.flatMap { _ in ordinary }
    let body = { (run: KernelRun) in
      let y = run.result(a.count)
      run.table.binary(
        run.pool, ck_binary(rawValue: raw), y.pointer, run.tensor(a).pointer, run.tensor(b).pointer, a.count)
      return [y]
    }
    verify("binary \(raw)", tolerance: [reference(body)[0].map { u * abs($0) }], body)
  }

  @Test("zeros keep their signs in products, quotients and √")
  func zeros() {
    let zeros: [Float] = [0, -0.0]
    for table in supportedTables() + [referenceTable] {
      withPool(threads: 1) { pool in
        let run = KernelRun(table: table, pool: pool)
        let minusOnes = run.tensor([-1, -1]).pointer
        let input = run.tensor(zeros).pointer
        let results = (0..<3).map { _ in run.result(2) }
        table.binary(pool, ck_binary_multiply, results[0].pointer, input, minusOnes, 2)
        table.binary(pool, ck_binary_divide, results[1].pointer, input, minusOnes, 2)
        table.unary(pool, ck_unary_sqrt, results[2].pointer, input, 2)
        let signs = results.map { $0.values.map(\.sign) }
        #expect(signs == [[.minus, .plus], [.minus, .plus], [.plus, .minus]], "\(table.title)")
      }
    }
  }

  @Test("affine maps, powers and dropout, which makes 0 of whatever it drops")
  func withNumbers() {
    let n = 210
    let x = Self.sprinkled(n, seed: 2)
    verify("with numbers", tolerance: Self.bounds(n, n, n)) { run in
      let results = (0..<3).map { _ in run.result(n) }
      let input = run.tensor(x).pointer
      run.table.affine(run.pool, results[0].pointer, input, -1.5, 0.25, n)
      run.table.power(run.pool, results[1].pointer, input, 2, n)
      run.table.dropout(run.pool, results[2].pointer, input, 0.5, cr_key(word: (3, 4)), n)
      return results
    }
  }

  @Test("sums of rows and columns, and maxima")
  func reductions() {
    let (rows, columns) = (12, 37)
    let x = Self.sprinkled(rows * columns, seed: 3)
    verify("reductions", tolerance: Self.bounds(rows, rows, columns)) { run in
      let (sums, maxima, ofColumns) = (run.result(rows), run.result(rows), run.result(columns))
      let input = run.tensor(x).pointer
      run.table.sum_rows(run.pool, sums.pointer, input, rows, columns)
      run.table.max_rows(run.pool, maxima.pointer, input, rows, columns)
      run.table.sum_columns(run.pool, ofColumns.pointer, input, rows, columns)
      return [sums, maxima, ofColumns]
    }
  }

  @Test("layer norm: a bad row is bad alone; gradients of gain and bias are bad in its columns")
  func layerNorm() {
    let (rows, columns) = (9, 21)
    var x = uniform(rows * columns, seed: 4)
    x[2 * columns + 20] = .nan
    x[5 * columns] = .infinity
    var dy = uniform(rows * columns, seed: 5)
    dy[7 * columns + 4] = .nan
    let gain = uniform(columns, seed: 6)
    verify("layer norm", tolerance: Self.bounds(rows * columns, rows * columns, columns, columns)) { run in
      let (y, dx) = (run.result(rows * columns), run.result(rows * columns))
      let (mean, rstd, dgain, dbias) = (run.result(rows), run.result(rows), run.result(columns), run.result(columns))
      let (input, factors) = (run.tensor(x).pointer, run.tensor(gain).pointer)
      run.table.layer_norm(
        run.pool, y.pointer, mean.pointer, rstd.pointer, input, factors, run.tensor(gain).pointer, 1e-1, rows, columns)
      run.table.layer_norm_backward(
        run.pool, dx.pointer, dgain.pointer, dbias.pointer, run.tensor(dy).pointer, input, factors, mean.pointer,
        rstd.pointer, rows, columns)
      return [y, dx, dgain, dbias]
    }
  }

  @Test("log softmax and cross-entropy: −∞ is probability 0, and a target of −∞ an infinite loss")
  func crossEntropy() {
    let (rows, columns) = (5, 18)
    var x = uniform(rows * columns, seed: 7)
    x[3] = -.infinity
    x[columns + 1] = .nan
    x[2 * columns + 17] = .infinity
    x[3 * columns + 9] = -.infinity
    let targets: [Int32] = [0, 4, 5, 9, -1]
    verify("cross-entropy", tolerance: Self.bounds(rows * columns, rows, rows * columns)) { run in
      let (logs, losses, gradient) = (run.result(rows * columns), run.result(rows), run.result(rows * columns))
      let input = run.tensor(x).pointer
      run.table.log_softmax(run.pool, logs.pointer, input, rows, columns)
      run.table.cross_entropy(run.pool, losses.pointer, gradient.pointer, input, targets, nil, 0, 1, 0, rows, columns)
      return [logs, losses, gradient]
    }
  }

  @Test("softmax of logits that only the maximum's subtraction saves from overflow")
  func largeLogits() {
    let x: [Float] = [1000, 999, 998, -1000, 1000, 0, 88, 89, -89, -1000]
    // Logarithms down to −2000, each rounded a few times.
    let ofLogarithms = [Double](repeating: gamma(4) * 2000, count: 10)
    verify("softmax", tolerance: Self.bounds(10) + [ofLogarithms]) { run in
      let (y, logs) = (run.result(10), run.result(10))
      run.table.softmax(run.pool, y.pointer, run.tensor(x).pointer, 2, 5)
      run.table.log_softmax(run.pool, logs.pointer, run.tensor(x).pointer, 2, 5)
      return [y, logs]
    }
  }

  @Test("attention: a NaN key is NaN to the queries that see it, and nothing to the others", arguments: [3, 17])
  func attention(queries: Int) {
    let test = AttentionCase(heads: 2, keyHeads: 2, width: 5, queries: queries, keys: 17, window: 6)
    var k = test.k
    k[9 * test.shape.key_stride + 2] = .nan
    verify("attention", tolerance: Self.bounds(test.outputCount, test.statisticCount)) { run in
      var shape = test.shape
      let (out, lse) = (run.result(test.outputCount), run.result(test.statisticCount))
      run.table.attention(
        run.pool, out.pointer, lse.pointer, run.tensor(test.q).pointer, run.tensor(k).pointer,
        run.tensor(test.v).pointer, &shape)
      let isNaN = out.values.map(\.isNaN)
      #expect(isNaN.contains(true) && isNaN.contains(false))
      return [out, lse]
    }
  }

  @Test("embedding, rotary and AdamW keep a bad element to itself")
  func elementsApart() {
    let (rows, width) = (6, 10)
    let bad = Self.sprinkled(rows * width, seed: 9, [.nan, .infinity, -subnormal])
    let angles = uniform(rows * 2, seed: 10)
    let ids: [Int32] = [2, 0, 2, 5, 1, 2]
    var rotation = ck_rotary(
      batch: 1, sequence_length: rows, x_stride: width, x_batch_stride: rows * width, y_stride: width,
      y_batch_stride: rows * width, heads: 2, head_width: 4, copied: width - 8, first_position: 0,
      first_positions: nil, y_first_rows: nil, inverse: false)
    var step = ck_adamw(
      rate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, decay: 0.1, correction1: 0.1, correction2: 0.01,
      gradient_scale: 1)
    let n = rows * width
    verify("apart", tolerance: Self.bounds(n, n, n, n, n)) { run in
      let (looked, table, rotated) = (run.result(n), run.tensor(uniform(n, seed: 11)), run.result(n))
      let (weights, moments) = (run.tensor(uniform(n, seed: 12)), run.tensor(uniform(n, seed: 13)))
      let squares = run.tensor(uniform(n, seed: 14, in: 0.1...1))
      let input = run.tensor(bad).pointer
      run.table.embedding(run.pool, looked.pointer, input, ids, rows, width)
      run.table.embedding_backward(run.pool, table.pointer, input, ids, rows, width)
      run.table.rotary(
        run.pool, rotated.pointer, input, run.tensor(angles).pointer, run.tensor(angles).pointer, &rotation)
      run.table.adamw(run.pool, weights.pointer, moments.pointer, squares.pointer, input, &step, n)
      return [looked, table, rotated, weights, moments]
    }
  }
}
