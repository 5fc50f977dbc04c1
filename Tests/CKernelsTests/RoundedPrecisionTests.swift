import CKernels
import Testing

/// Products whose factors are rounded. Where no table has a way of its own for a precision, it is `highest`, which
/// MatmulTests hold.
@Suite(.enabled(if: !tables(for: ck_precision_medium).isEmpty)) struct RoundedPrecisionTests {
  static let precisions = [ck_precision_medium, ck_precision_high]

  /// Those of MatmulTests, but for few rows, which are read once whatever their type, and so computed exactly; and
  /// sizes below, at and above a block of the matrix unit (32), its steps along k (32) and its slices (512 of k).
  static let cases =
    MatmulTests.cases.filter { $0.m >= 5 || $0.transposeA || !$0.transposeB }
    + sizes(
      [(32, 32, 32), (33, 31, 33), (64, 64, 512), (31, 65, 513), (70, 16, 1056), (17, 47, 1), (16, 33, 1537)]
        .flatMap(MatmulTests.variants), inDebug: 4)
    + [
      // What goes straight to C: whole blocks, added to or not, with a bias or without.
      MatmulTests.Case(m: 64, n: 96, k: 40, bias: true), MatmulTests.Case(m: 64, n: 96, k: 40, accumulate: true),
      MatmulTests.Case(m: 64, n: 96, k: 1100, accumulate: true, bias: true, gap: 2),
      MatmulTests.Case(m: 64, n: 64, k: 1100, bias: true, batch: 2, gap: 1),
    ]
    // More than 32 MiB of B, which is not packed whole.
    + sizes([MatmulTests.Case(m: 5, n: 263_000, k: 64, bias: true)], inDebug: 0)

  @Test("a medium product is float32's of factors rounded to the nearest bfloat16, to γₖ", arguments: cases)
  func product(_ test: MatmulTests.Case) {
    let (a, b, c, bias) = test.operands()
    var shape = test.shape
    shape.precision = ck_precision_medium
    func multiply(_ run: KernelRun, _ size: (Float) -> Float) -> [TestTensor] {
      // Who rounds by itself is given what was not rounded.
      let round = run.table.has(ck_precision_medium) ? { $0 } : bfloat16
      let result = run.tensor(c.map(size))
      run.table.matmul(
        run.pool, result.pointer, run.tensor(a.map { size(round($0)) }).pointer,
        run.tensor(b.map { size(round($0)) }).pointer,
        test.bias ? run.tensor(bias.map(size)).pointer : nil, &shape)
      return [result]
    }
    // As in float32: k products and sums, the bias, what was there.
    let sizes = reference { multiply($0, abs) }[0]
    verify("medium", tolerance: [sizes.map { gamma(test.k + 3) * $0 }], tables: tables(for: ck_precision_medium)) {
      multiply($0) { $0 }
    }
  }

  @Test(
    "a high product is within 2⁻¹⁵ + 2⁻³⁴ of the sum of sizes, beside the roundings of its sum", arguments: cases)
  func highProduct(_ test: MatmulTests.Case) {
    let (a, b, c, bias) = test.operands()
    var shape = test.shape
    shape.precision = ck_precision_high
    func multiply(_ run: KernelRun, _ size: (Float) -> Float) -> [TestTensor] {
      let result = run.tensor(c.map(size))
      run.table.matmul(
        run.pool, result.pointer, run.tensor(a.map(size)).pointer, run.tensor(b.map(size)).pointer,
        test.bias ? run.tensor(bias.map(size)).pointer : nil, &shape)
      return [result]
    }
    let sizes = reference { multiply($0, abs) }[0]
    // Three products in a product's place, of together less than (1 + 2 · 2⁻⁸)² < 2 times its size.
    let tolerance = 0x1p-15 + 0x1p-34 + 2 * gamma(3 * test.k + 3)
    verify("high", tolerance: [sizes.map { tolerance * $0 }], tables: tables(for: ck_precision_high)) {
      multiply($0) { $0 }
    }
  }

  @Test("in high, what is left of a factor below 2⁻¹⁰⁸ counts as 0")
  func smallRests() {
    // Its rest would be 2⁻¹²⁷.
    expectProducts(0x1.01p-119, 1, ck_precision_high) { $0 == 0x1p-119 }
  }

  /// Holds each element of a product of 5 numbers `a` by 3 numbers `b` to what it should be.
  private func expectProducts(_ a: Float, _ b: Float, _ precision: ck_precision, _ isRight: (Double) -> Bool) {
    var shape = MatmulTests.Case(m: 5, n: 3, k: 1, precision: precision).shape
    for table in tables(for: precision) {
      withPool(threads: 1) { pool in
        let run = KernelRun(table: table, pool: pool)
        let c = run.result(15)
        table.matmul(
          pool, c.pointer, run.tensor([Float](repeating: a, count: 5)).pointer,
          run.tensor([Float](repeating: b, count: 3)).pointer, nil, &shape)
        let areRight = c.values.allSatisfy(isRight)
        #expect(areRight, "\(table.title): \(c.values[0])")
      }
    }
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
    verify(
      "bound", tolerance: [sizes.map { (rounding + 2 * gamma(90)) * $0 }], tables: tables(for: ck_precision_medium)
    ) {
      multiply($0) { $0 }
    }
  }

  @Test(
    "NaN and infinity reach the rows and columns they are in, and no others, transposed or not", arguments: 0..<4,
    precisions)
  func specialValues(_ index: Int, precision: ck_precision) {
    let test = MatmulTests.Case(
      m: 20, n: 70, k: 31, transposeA: index & 1 != 0, transposeB: index & 2 != 0, precision: precision)
    var a = [Float](repeating: 1, count: test.m * test.k)
    var b = [Float](repeating: 2, count: test.k * test.n)
    a[test.transposeA ? 4 * test.m + 3 : 3 * test.k + 4] = .nan
    a[test.transposeA ? 30 * test.m + 11 : 11 * test.k + 30] = precision == ck_precision_high ? .nan : .infinity
    b[test.transposeB ? 69 * test.k + 7 : 7 * test.n + 69] = .nan
    var shape = test.shape
    // Small integers are exact.
    let exact = [[Double](repeating: 0, count: test.m * test.n)]
    verify("special", tolerance: exact, tables: tables(for: precision)) { run in
      let c = run.result(test.m * test.n)
      run.table.matmul(run.pool, c.pointer, run.tensor(a).pointer, run.tensor(b).pointer, nil, &shape)
      return [c]
    }
  }

  @Test(
    "subnormal factors, products and sums count as 0, and factors that round to 2¹²⁸ as infinite, or NaN in high",
    arguments: [
      (0x1p-130, 1e38, 0), (1e-20, 1e-20, 0), (3.4e38, 1e-10, .infinity), (0x1.FEp127, 1, 0x1.FEp127),
      (-0x1p-130, 1e38, 0), (0x1p-126, 0.5, 0), (0x1p-126, 1, 0x1p-126), (0x1p127, 2, .infinity),
    ] as [(Float, Float, Double)], precisions)
  func range(_ factors: (a: Float, b: Float, product: Double), precision: ck_precision) {
    let isNaN = abs(factors.a) > 0x1.FEp127 && precision == ck_precision_high
    expectProducts(factors.a, factors.b, precision) { isNaN ? $0.isNaN : $0 == factors.product }
  }
}
