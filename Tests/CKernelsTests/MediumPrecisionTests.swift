import CKernels
import Testing

/// Where no table has a way of its own for it, medium is highest, which MatmulTests hold.
@Suite(.enabled(if: supportedTables().contains { $0.least_precision == ck_precision_medium }))
struct MediumPrecisionTests {
  /// All but those of few rows, which are read once whatever their type, and so computed exactly.
  static let cases = MatmulTests.cases.filter { $0.m >= 5 || $0.transposeA || !$0.transposeB }.map { test in
    var test = test
    test.precision = ck_precision_medium
    return test
  }

  @Test("a medium product is float32's of factors rounded to the nearest bfloat16, to γₖ", arguments: cases)
  func product(_ test: MatmulTests.Case) {
    var shape = test.shape
    let (a, b, c, bias) = test.operands()
    func multiply(_ run: KernelRun, _ size: (Float) -> Float) -> [TestTensor] {
      // Who rounds by itself is given what was not rounded.
      let round = run.table.least_precision == ck_precision_medium ? { $0 } : bfloat16
      let result = run.tensor(c.map(size))
      run.table.matmul(
        run.pool, result.pointer, run.tensor(a.map { size(round($0)) }).pointer,
        run.tensor(b.map { size(round($0)) }).pointer,
        test.bias ? run.tensor(bias.map(size)).pointer : nil, &shape)
      return [result]
    }
    // As in float32: k products and sums, the bias, what was there.
    let sizes = reference { multiply($0, abs) }[0]
    verify("medium", tolerance: [sizes.map { gamma(test.k + 3) * $0 }]) { multiply($0) { $0 } }
  }

  @Test("a medium product is within 2⁻⁷ + 2⁻¹⁶ of the sum of sizes, beside the roundings of its sum")
  func bound() {
    var shape = MatmulTests.Case(m: 40, n: 70, k: 90, precision: ck_precision_medium).shape
    let a = uniform(40 * 90, seed: 5)
    let b = uniform(90 * 70, seed: 6)
    func multiply(_ run: KernelRun, _ size: (Float) -> Float) -> [TestTensor] {
      let c = run.result(40 * 70)
      run.table.matmul(
        run.pool, c.pointer, run.tensor(a.map(size)).pointer, run.tensor(b.map(size)).pointer, nil, &shape)
      return [c]
    }
    let sizes = reference { multiply($0, abs) }[0]
    let rounding = 0x1p-7 + 0x1p-16  // (1 + 2⁻⁸)² − 1
    verify("bound", tolerance: [sizes.map { (rounding + 2 * gamma(90)) * $0 }]) { multiply($0) { $0 } }
  }

  @Test("NaN and infinity reach the rows and columns they are in, and no others, transposed or not", arguments: 0..<4)
  func specialValues(_ index: Int) {
    let test = MatmulTests.Case(
      m: 20, n: 70, k: 31, transposeA: index & 1 != 0, transposeB: index & 2 != 0, precision: ck_precision_medium)
    var a = [Float](repeating: 1, count: test.m * test.k)
    var b = [Float](repeating: 2, count: test.k * test.n)
    a[test.transposeA ? 4 * test.m + 3 : 3 * test.k + 4] = .nan
    a[test.transposeA ? 30 * test.m + 11 : 11 * test.k + 30] = .infinity
    b[test.transposeB ? 69 * test.k + 7 : 7 * test.n + 69] = .nan
    var shape = test.shape
    // Small integers are exact.
    verify("special", tolerance: [[Double](repeating: 0, count: test.m * test.n)]) { run in
      let c = run.result(test.m * test.n)
      run.table.matmul(run.pool, c.pointer, run.tensor(a).pointer, run.tensor(b).pointer, nil, &shape)
      return [c]
    }
  }
}

/// Products at the ends of float32's range, where medium is unlike the others.
@Suite(.enabled(if: supportedTables().contains { $0.least_precision == ck_precision_medium }))
struct MediumRangeTests {
  @Test(
    "subnormal factors, products and sums count as 0, and factors that round to 2¹²⁸ as infinite",
    arguments: [
      (0x1p-130, 1e38, 0), (1e-20, 1e-20, 0), (3.4e38, 1e-10, .infinity), (0x1.FEp127, 1, 0x1.FEp127),
      (-0x1p-130, 1e38, 0), (0x1p-126, 0.5, 0), (0x1p-126, 1, 0x1p-126),
    ] as [(Float, Float, Double)])
  func range(a: Float, b: Float, product: Double) {
    var shape = MatmulTests.Case(m: 5, n: 3, k: 1, precision: ck_precision_medium).shape
    for table in supportedTables() where table.least_precision == ck_precision_medium {
      withPool(threads: 1) { pool in
        let run = KernelRun(table: table, pool: pool)
        let c = run.result(15)
        table.matmul(
          pool, c.pointer, run.tensor([Float](repeating: a, count: 5)).pointer,
          run.tensor([Float](repeating: b, count: 3)).pointer, nil, &shape)
        #expect(c.values.allSatisfy { $0 == product }, "\(c.values[0])")
      }
    }
  }
}

/// The nearest bfloat16, and of two equally near the even one.
private func bfloat16(_ x: Float) -> Float {
  Float(bitPattern: (x.bitPattern + 0x7FFF + (x.bitPattern >> 16 & 1)) & 0xFFFF_0000)
}
