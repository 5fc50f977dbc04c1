import CKernels
import Foundation
import Testing

/// Sizes on both sides of a vector (4, 8, 16), of a round of dropout (64), and of a chunk (16,384).
private let lengths = sizes(
  [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 1000, 16_383, 16_384, 16_385], inDebug: 17)

/// A number below every normal float, for results that underflow.
private let underflow = 1.2e-38

/// What silu and gelu may lose beside relative errors: e⁻ˣ overflows a float, and the float64 formula of gelu
/// takes 1 + tanh, which cancels.
private func lostBelow(_ x: Double) -> Double {
  underflow + abs(x) * (1 / Double(Float.greatestFiniteMagnitude) + Double.ulpOfOne)
}

@Suite struct ElementwiseTests {
  struct UnaryCase: Sendable, CustomTestStringConvertible {
    var op: ck_unary
    var range: ClosedRange<Float>
    var testDescription: String { "unary \(op.rawValue) on \(range)" }
  }

  static let unaryCases: [UnaryCase] = [
    UnaryCase(op: ck_unary_exp, range: -110...88.7), UnaryCase(op: ck_unary_exp, range: -1...1),
    UnaryCase(op: ck_unary_log, range: 1e-6...50), UnaryCase(op: ck_unary_sqrt, range: 0...50),
    UnaryCase(op: ck_unary_tanh, range: -12...12), UnaryCase(op: ck_unary_tanh, range: -0.01...0.01),
    UnaryCase(op: ck_unary_sigmoid, range: -100...100), UnaryCase(op: ck_unary_relu, range: -2...2),
    UnaryCase(op: ck_unary_silu, range: -100...100), UnaryCase(op: ck_unary_silu, range: -3...3),
    UnaryCase(op: ck_unary_gelu, range: -12...12), UnaryCase(op: ck_unary_gelu, range: -1000...1000),
    UnaryCase(op: ck_unary_relu_squared, range: -3...3),
  ]

  /// The argument t of the logistic function in silu and gelu.
  static func logisticArgument(_ op: ck_unary, _ x: Double) -> (t: Double, slope: Double) {
    guard op == ck_unary_gelu else { return (x, 1) }
    let c = 2 * (2 / Double.pi).squareRoot()
    return (c * (x + 0.044715 * x * x * x), c * (1 + 3 * 0.044715 * x * x))
  }

  /// exp and log are within 2 ulp (4u), each further operation adds u; an error of the logistic's argument,
  /// |t|·4u, grows to the same relative error of its exponential.
  static func tolerance(_ op: ck_unary, x: Double, y: Double) -> Double {
    switch op {
    case ck_unary_exp: 4 * u * y + underflow
    case ck_unary_log: 4 * u * abs(y)
    case ck_unary_sqrt, ck_unary_relu, ck_unary_relu_squared: u * abs(y)
    case ck_unary_tanh: 8 * u * abs(y)
    default: (8 + 4 * abs(logisticArgument(op, x).t)) * u * abs(y) + lostBelow(x)
    }
  }

  /// Where only values are compared: 1/x overflows here.
  static let subnormal = UnaryCase(op: ck_unary_log, range: .leastNonzeroMagnitude ... .leastNormalMagnitude)

  @Test("values", arguments: unaryCases + [subnormal])
  func unary(_ test: UnaryCase) {
    for n in lengths {
      let x = uniform(n, seed: 1, in: test.range)
      let body = { (run: KernelRun) in
        let y = run.result(n)
        run.table.unary(run.pool, test.op, y.pointer, run.tensor(x).pointer, n)
        return [y]
      }
      let y = reference(body)[0]
      verify(
        "n = \(n)", tolerance: [zip(x, y).map { Self.tolerance(test.op, x: Double($0), y: $1) }], body)
    }
  }

  /// s = logistic(t): the terms s and x·s·(1 − s)·t′ each carry the logistic's relative error.
  static func derivativeTolerance(_ op: ck_unary, x: Double, y: Double) -> Double {
    switch op {
    case ck_unary_silu, ck_unary_gelu:
      let (t, slope) = logisticArgument(op, x)
      let s = 1 / (1 + exp(-t))
      return (10 + 4 * abs(t)) * u * (s + abs(x * s * (1 - s) * slope)) + lostBelow(x * slope)
    case ck_unary_tanh: return 4 * u * (1 + y * y)
    case ck_unary_sigmoid: return 4 * u * abs(y)
    case ck_unary_exp: return 2 * u * abs(y)
    case ck_unary_log: return 2 * u / abs(x)
    case ck_unary_sqrt: return 2 * u / abs(y)
    // Doubling is exact.
    default: return u * (op == ck_unary_relu_squared ? 2 * max(0, x) : 1)
    }
  }

  @Test("derivatives", arguments: unaryCases)
  func unaryBackward(_ test: UnaryCase) {
    for n in lengths {
      let range =
        test.op == ck_unary_sqrt
        ? 0.01...50 : max(test.range.lowerBound, -80)...min(test.range.upperBound, 80)
      let x = uniform(n, seed: 2, in: range)
      let dy = uniform(n, seed: 3)
      let y = reference { run in
        let y = run.result(n)
        run.table.unary(run.pool, test.op, y.pointer, run.tensor(x).pointer, n)
        return [y]
      }[0].map { Float($0) }
      let tolerance = (0..<n).map {
        abs(Double(dy[$0])) * Self.derivativeTolerance(test.op, x: Double(x[$0]), y: Double(y[$0]))
          + underflow
      }
      verify("n = \(n)", tolerance: [tolerance]) { run in
        let dx = run.result(n)
        run.table.unary_backward(
          run.pool, test.op, dx.pointer, run.tensor(dy).pointer, run.tensor(x).pointer, run.tensor(y).pointer,
          n)
        return [dx]
      }
    }
  }

  @Test("a function once more, beside its derivative, is the function and its derivative", arguments: unaryCases)
  func unaryWithBackward(_ test: UnaryCase) {
    let x = uniform(100, seed: 4, in: test.range)
    let dy = uniform(100, seed: 5)
    for table in supportedTables() + [referenceTable] {
      withPool(threads: 2) { pool in
        let run = KernelRun(table: table, pool: pool)
        let input = run.tensor(x)
        let (y, dx) = (run.result(100), run.result(100))
        table.unary(pool, test.op, y.pointer, input.pointer, 100)
        table.unary_backward(pool, test.op, dx.pointer, run.tensor(dy).pointer, input.pointer, y.pointer, 100)
        let (yAgain, dxInPlace) = (run.result(100), run.tensor(dy))
        table.unary_with_backward(
          pool, test.op, yAgain.pointer, dxInPlace.pointer, dxInPlace.pointer, input.pointer, 100)
        #expect(yAgain.values.map(\.bitPattern) == y.values.map(\.bitPattern), "\(table.title)")
        #expect(dxInPlace.values.map(\.bitPattern) == dx.values.map(\.bitPattern), "\(table.title)")
      }
    }
  }

  @Test("every unary function takes its input's place", arguments: unaryCases)
  func inPlace(_ test: UnaryCase) {
    let x = uniform(100, seed: 4, in: test.range)
    for table in supportedTables() + [referenceTable] {
      withPool(threads: 2) { pool in
        let run = KernelRun(table: table, pool: pool)
        let y = run.result(100)
        let inPlace = run.tensor(x)
        table.unary(pool, test.op, y.pointer, run.tensor(x).pointer, 100)
        table.unary(pool, test.op, inPlace.pointer, inPlace.pointer, 100)
        #expect(y.values.map(\.bitPattern) == inPlace.values.map(\.bitPattern), "\(table.title)")
      }
    }
  }

  @Test("±infinity and NaN go through as IEEE arithmetic has them")
  func specialValues() {
    let x: [Float] = [.infinity, -.infinity, .nan, 0, -0.0, 1e30, -1e30]
    let inf = Double.infinity
    let nan = Double.nan
    let expected: [(ck_unary, [Double])] = [
      (ck_unary_exp, [inf, 0, nan, 1, 1, inf, 0]), (ck_unary_tanh, [1, -1, nan, 0, 0, 1, -1]),
      (ck_unary_sigmoid, [1, 0, nan, 0.5, 0.5, 1, 0]),
      (ck_unary_relu, [inf, 0, nan, 0, 0, Double(Float(1e30)), 0]),
    ]
    for table in supportedTables() + [referenceTable] {
      withPool(threads: 1) { pool in
        for (op, values) in expected {
          let run = KernelRun(table: table, pool: pool)
          let y = run.result(x.count)
          table.unary(pool, op, y.pointer, run.tensor(x).pointer, x.count)
          // Only log 1e30 = 69.08 is rounded; exp(1e30) is infinite in both types.
          let bounds = values.map { $0.isFinite && abs($0) > 60 ? 4 * u * abs($0) : 0 }
          expectClose(y.values, values, within: bounds, "\(table.title), unary \(op.rawValue)")
        }
      }
    }
  }

  @Test(
    "sums, differences, products, quotients: each rounded once",
    arguments: [
      ck_binary_add, ck_binary_subtract, ck_binary_multiply, ck_binary_divide,
    ])
  func binary(_ op: ck_binary) {
    for n in lengths {
      let a = uniform(n, seed: 5)
      let b = uniform(n, seed: 6, in: 0.5...2)
      let body = { (run: KernelRun) in
        let y = run.result(n)
        run.table.binary(run.pool, op, y.pointer, run.tensor(a).pointer, run.tensor(b).pointer, n)
        return [y]
      }
      // A hardware division is exact to u; all four are.
      verify("n = \(n)", tolerance: [reference(body)[0].map { u * abs($0) }], body)
    }
  }

  @Test("a·x + b·z, each of the two numbers and all operations rounded, in the place of either as well")
  func weightedSum() {
    for n in lengths {
      let (x, z) = (uniform(n, seed: 7), uniform(n, seed: 8))
      let tolerance = zip(x, z).map { gamma(3) * (1.7 * abs(Double($0)) + 0.3 * abs(Double($1))) }
      verify("n = \(n)", tolerance: [tolerance, tolerance, tolerance]) { run in
        let (y, left, right) = (run.result(n), run.tensor(x), run.tensor(z))
        run.table.weighted_sum(run.pool, y.pointer, 1.7, left.pointer, -0.3, right.pointer, n)
        let (onLeft, onRight) = (run.tensor(x), run.tensor(z))
        run.table.weighted_sum(run.pool, onLeft.pointer, 1.7, onLeft.pointer, -0.3, right.pointer, n)
        run.table.weighted_sum(run.pool, onRight.pointer, 1.7, left.pointer, -0.3, onRight.pointer, n)
        return [y, onLeft, onRight]
      }
    }
  }

  @Test("scale·x + shift, each of the two numbers and both operations rounded")
  func affine() {
    for n in lengths {
      let x = uniform(n, seed: 7)
      verify("n = \(n)", tolerance: [x.map { gamma(3) * (1.7 * abs(Double($0)) + 0.3) }]) { run in
        let y = run.result(n)
        run.table.affine(run.pool, y.pointer, run.tensor(x).pointer, 1.7, -0.3, n)
        return [y]
      }
    }
  }

  @Test("powers are C's", arguments: [2.0, 0.5, -1, 3, 0, -0.37])
  func power(_ exponent: Double) {
    for n in lengths {
      let x = uniform(n, seed: 8, in: 0.1...3)
      let body = { (run: KernelRun) in
        let y = run.result(n)
        run.table.power(run.pool, y.pointer, run.tensor(x).pointer, exponent, n)
        return [y]
      }
      verify("n = \(n)", tolerance: [reference(body)[0].map { 2 * u * abs($0) }], body)
    }
  }

  @Test("dropout keeps the same elements in every table", arguments: [0.0, 0.2, 0.5, 0.9])
  func dropout(_ p: Double) {
    for n in lengths {
      let x = uniform(n, seed: 9, in: 0.5...1)
      verify("n = \(n)", tolerance: [x.map { gamma(2) * Double($0) / (1 - p) }]) { run in
        let y = run.result(n)
        run.table.dropout(run.pool, y.pointer, run.tensor(x).pointer, p, cr_key(word: (11, 12)), n)
        return [y]
      }
    }
  }

  @Test(
    "the dropout threshold is the share of all words, and saturates",
    arguments: [
      (0.0, UInt32(0)), (0.25, 1 << 30), (0.5, 1 << 31), (1.0, UInt32.max),
    ])
  func threshold(probability: Double, words: UInt32) {
    #expect(ck_dropout_threshold(probability) == words)
  }
}
