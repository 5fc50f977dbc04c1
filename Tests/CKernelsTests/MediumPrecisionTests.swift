import CKernels
import Testing

@Suite struct MediumPrecisionTests {
  /// All but those of few rows, which are read once whatever their type, and so computed exactly.
  static let cases = MatmulTests.cases.filter { $0.m >= 5 || $0.transposeA || !$0.transposeB }.map { test in
    var test = test
    test.precision = ck_precision_medium
    return test
  }

  @Test("a medium product is float32's of factors rounded to the nearest bfloat16, to γₖ", arguments: cases)
  func product(_ test: MatmulTests.Case) {
    var shape = test.shape
    let items = max(test.batch, 1)
    let a = uniform(items * shape.stride_a, seed: 1)
    let b = uniform(
      test.repeatsB ? (test.transposeB ? test.n : test.k) * shape.ldb : items * shape.stride_b, seed: 2)
    let c = uniform(items * shape.stride_c, seed: 3)
    let bias = uniform(test.n, seed: 4)
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

/// The nearest bfloat16, and of two equally near the even one.
private func bfloat16(_ x: Float) -> Float {
  Float(bitPattern: (x.bitPattern + 0x7FFF + (x.bitPattern >> 16 & 1)) & 0xFFFF_0000)
}
