import CKernels
import Testing

@Suite struct MatmulTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var m = 1, n = 1, k = 1
    var transposeA = false, transposeB = false, accumulate = false, bias = false, symmetric = false
    var batch = 1
    /// What the leading dimensions exceed the widths by.
    var gap = 0
    /// What lies between one item's A and the next's, and between their Cs.
    var itemGaps = (a: 0, c: 0)
    var repeatsA = false
    var repeatsB = false
    var precision = ck_precision_highest

    var testDescription: String {
      "\(m)×\(n)×\(k)\(transposeA ? " Aᵀ" : "")\(transposeB ? " Bᵀ" : "")\(accumulate ? " +=" : "")"
        + "\(bias ? " +bias" : "") batch \(batch)\(repeatsA ? " of one A" : "")\(repeatsB ? " of one B" : "") gaps \(gap), \(itemGaps)"
    }

    var shape: ck_matmul {
      let lda = (transposeA ? m : k) + gap
      let ldb = (transposeB ? k : n) + gap
      let ldc = n + gap
      return ck_matmul(
        m: m, n: n, k: k, transpose_a: transposeA, transpose_b: transposeB, accumulate: accumulate,
        symmetric: symmetric, precision: precision, lda: lda, ldb: ldb, ldc: ldc, batch: batch,
        stride_a: repeatsA ? 0 : (transposeA ? k : m) * lda + itemGaps.a,
        stride_b: repeatsB ? 0 : (transposeB ? n : k) * ldb, stride_c: m * ldc + itemGaps.c)
    }

    /// Values for A, B, C and the bias, with all their gaps.
    func operands() -> (a: [Float], b: [Float], c: [Float], bias: [Float]) {
      let shape = shape
      let items = max(batch, 1)
      return (
        uniform(repeatsA ? (transposeA ? k : m) * shape.lda : items * shape.stride_a, seed: 1),
        uniform(repeatsB ? (transposeB ? n : k) * shape.ldb : items * shape.stride_b, seed: 2),
        uniform(items * shape.stride_c, seed: 3), uniform(n, seed: 4)
      )
    }
  }

  /// Everything once over: all transpositions, with and without accumulation, bias, gaps.
  static func variants(_ m: Int, _ n: Int, _ k: Int) -> [Case] {
    (0..<4).map { index in
      Case(
        m: m, n: n, k: k, transposeA: index & 1 != 0, transposeB: index & 2 != 0,
        accumulate: (m + index) % 2 == 0,
        bias: (n + index / 2) % 2 == 0, gap: (k + index) % 3)
    }
  }

  /// Sizes below, at and above a tile's rows (4, 8), vectors and panels (up to 48), slices of k (512), blocks
  /// of rows (128, 512), and the few rows that are not packed (1 to 4).
  static let cases: [Case] =
    sizes(
      [
        (1, 1, 1), (0, 3, 2), (3, 0, 2), (3, 2, 0), (1, 5, 7), (2, 16, 17), (3, 33, 15), (4, 49, 16), (5, 15, 33),
        (7, 17, 3), (8, 48, 16), (9, 47, 31), (15, 50, 64), (12, 97, 5), (65, 66, 40), (130, 24, 12), (6, 64, 511),
        (5, 3, 513), (11, 20, 1030), (257, 33, 17), (517, 9, 8), (127, 6, 4), (128, 8, 3), (129, 7, 512),
        (512, 5, 9), (513, 4, 8), (6, 96, 9), (9, 32, 4), (16, 31, 8), (18, 24, 5), (4, 700, 70), (1, 30, 1025),
        (96, 145, 130), (2, 130, 1030),
      ].flatMap(variants), inDebug: 64)
    + [
      Case(m: 5, n: 7, k: 6, batch: 3, gap: 1), Case(m: 3, n: 9, k: 5, transposeB: true, batch: 4),
      Case(m: 6, n: 18, k: 11, accumulate: true, bias: true, batch: 3, repeatsB: true),
      Case(m: 2, n: 18, k: 11, transposeB: true, bias: true, batch: 3, repeatsB: true),
      Case(m: 6, n: 18, k: 11, transposeA: true, batch: 2, repeatsB: true),
      Case(m: 6, n: 18, k: 11, bias: true, batch: 3, itemGaps: (5, 0), repeatsB: true),
      Case(m: 6, n: 18, k: 11, bias: true, batch: 3, itemGaps: (0, 5), repeatsB: true),
      Case(m: 257, n: 18, k: 11, batch: 2, itemGaps: (5, 0), repeatsB: true),
      Case(m: 9, n: 18, k: 11, batch: 3, repeatsA: true),
      Case(m: 9, n: 18, k: 11, transposeA: true, transposeB: true, batch: 3, repeatsA: true),
      Case(m: 4, n: 4, k: 4, batch: 0),
    ]

  @Test("each element is its sum, to γₖ of the sum of sizes", arguments: cases)
  func product(_ test: Case) {
    var shape = test.shape
    let (a, b, c, bias) = test.operands()
    func multiply(_ run: KernelRun, _ a: [Float], _ b: [Float], _ c: [Float], _ bias: [Float]) -> [TestTensor] {
      let result = run.tensor(c)
      run.table.matmul(
        run.pool, result.pointer, run.tensor(a).pointer, run.tensor(b).pointer,
        test.bias ? run.tensor(bias).pointer : nil, &shape)
      return [result]
    }
    // k products and sums, the bias, what was there: k + 3 roundings of no more than the sum of sizes.
    let sizes = reference { multiply($0, a.map(abs), b.map(abs), c.map(abs), bias.map(abs)) }[0]
    verify("matmul", tolerance: [sizes.map { gamma(test.k + 3) * $0 }]) { multiply($0, a, b, c, bias) }
  }

  /// Sizes of a square, and of the sum, on both sides of tiles, vectors, panels and slices.
  static let squares: [Case] = [
    (1, 3), (4, 4), (5, 17), (7, 2), (8, 9), (15, 33), (17, 16), (33, 5), (48, 40), (49, 513), (65, 12), (130, 64),
  ].flatMap { side, k in
    [false, true].map { isTall in
      Case(
        m: side, n: side, k: k, transposeA: isTall, transposeB: !isTall, accumulate: side % 3 == 0, symmetric: true,
        batch: 1 + side % 3, gap: k % 3)
    }
  }

  @Test("a symmetric product is, to the bit, the product below its diagonal, mirrored above it", arguments: squares)
  func symmetric(_ test: Case) {
    var (shape, whole) = (test.shape, test.shape)
    whole.symmetric = false
    let (a, _, c, _) = test.operands()
    for table in supportedTables() + [referenceTable] {
      var seen: [[Double]] = []
      for threads: Int32 in [1, 3] {
        withPool(threads: threads) { pool in
          let run = KernelRun(table: table, pool: pool)
          let (x, half, full) = (run.tensor(a), run.tensor(c), run.tensor(c))
          table.matmul(pool, half.pointer, x.pointer, x.pointer, nil, &shape)
          table.matmul(pool, full.pointer, x.pointer, x.pointer, nil, &whole)
          #expect(run.tensors.allSatisfy { $0.guardsAreIntact })
          var expected = full.values
          for item in 0..<test.batch {
            for i in 0..<test.m {
              for j in (i + 1)..<max(test.m, i + 1) {
                let at = { (row: Int, column: Int) in item * shape.stride_c + row * shape.ldc + column }
                expected[at(i, j)] = expected[at(j, i)]
              }
            }
          }
          #expect(half.values == expected, "\(table.title), \(threads) threads")
          seen.append(half.values)
        }
      }
      #expect(seen[0] == seen[1], "\(table.title)")
    }
  }

  @Test("float64's product, by hand, in all four transpositions", arguments: 0..<4)
  func byHand(_ index: Int) {
    let transposeA = index & 1 != 0
    let transposeB = index & 2 != 0
    let a: [Float] = transposeA ? [1, 4, 2, 5, 3, 6] : [1, 2, 3, 4, 5, 6]
    let b: [Float] = transposeB ? [7, 9, 11, 8, 10, 12] : [7, 8, 9, 10, 11, 12]
    var shape = Case(m: 2, n: 2, k: 3, transposeA: transposeA, transposeB: transposeB, accumulate: true).shape
    let c = reference { run in
      let c = run.tensor([1, 1, 1, 1])
      run.table.matmul(
        run.pool, c.pointer, run.tensor(a).pointer, run.tensor(b).pointer, run.tensor([10, 20]).pointer,
        &shape)
      return [c]
    }
    #expect(c == [[69, 85, 150, 175]])
  }

  @Test("NaN and infinity reach the rows and columns they are in, and no others")
  func specialValues() {
    let m = 20
    let n = 70
    let k = 30
    var a = uniform(m * k, seed: 5)
    var b = uniform(k * n, seed: 6, in: 0.5...1)
    a[3 * k + 4] = .nan
    a[11 * k + 29] = .infinity
    b[7 * n + 69] = .nan
    var shape = Case(m: m, n: n, k: k).shape
    let tolerance = [Double](repeating: gamma(k) * Double(k), count: m * n)
    verify("special", tolerance: [tolerance]) { run in
      let c = run.result(m * n)
      run.table.matmul(run.pool, c.pointer, run.tensor(a).pointer, run.tensor(b).pointer, nil, &shape)
      return [c]
    }
  }
}
