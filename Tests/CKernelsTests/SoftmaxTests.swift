import CKernels
import Foundation
import Testing

private let shapes: [(Int, Int)] = sizes(
  [
    (0, 3), (1, 1), (3, 2), (2, 3), (2, 4), (3, 5), (1, 7), (3, 8), (2, 9), (5, 15), (4, 16), (3, 17), (2, 33),
    (300, 66), (2, 100), (4, 1000), (40, 513),
  ], inDebug: 14)

/// Logits lie within ±range: x − max is rounded, at most u·2·range, which e^ makes a relative error.
private let range: Float = 10

/// The relative error of a softmax of n logits: of the exponential (2 ulp), of its argument, of the sum of n
/// of them, and of the division.
private func relativeError(_ n: Int) -> Double { gamma(n + 12) + 4 * u * Double(range) }

@Suite struct SoftmaxTests {
  @Test("softmax, also in place", arguments: shapes)
  func softmax(rows: Int, columns: Int) {
    let x = uniform(rows * columns, seed: 1, in: -range...range)
    let body = { (run: KernelRun) in
      let y = run.result(rows * columns)
      let inPlace = run.tensor(x)
      run.table.softmax(run.pool, y.pointer, run.tensor(x).pointer, rows, columns)
      run.table.softmax(run.pool, inPlace.pointer, inPlace.pointer, rows, columns)
      return [y, inPlace]
    }
    verify("softmax", tolerance: reference(body).map { $0.map { relativeError(columns) * $0 } }, body)
  }

  @Test("its logarithm", arguments: shapes)
  func logSoftmax(rows: Int, columns: Int) {
    let x = uniform(rows * columns, seed: 2, in: -range...range)
    // x − max − log Σ: three roundings of no more than 2·range + log n, beside the error of Σ.
    let bound = relativeError(columns) + 3 * u * (2 * Double(range) + log(Double(columns + 1)))
    verify("log softmax", tolerance: [x.map { _ in bound }]) { run in
      let y = run.result(rows * columns)
      run.table.log_softmax(run.pool, y.pointer, run.tensor(x).pointer, rows, columns)
      return [y]
    }
  }

  @Test("gradients of both", arguments: shapes)
  func backward(rows: Int, columns: Int) {
    let dy = uniform(rows * columns, seed: 3)
    let y = uniform(rows * columns, seed: 4, in: 0...1)
    let logs = y.map { logf($0 + 1e-3) }
    var ofSoftmax: [Double] = []
    var ofLogarithm: [Double] = []
    for r in 0..<rows {
      let row = (r * columns)..<((r + 1) * columns)
      let dot = row.reduce(0.0) { $0 + Double(abs(dy[$1]) * y[$1]) }
      let sum = row.reduce(0.0) { $0 + Double(abs(dy[$1])) }
      ofSoftmax += row.map { gamma(columns + 4) * Double(y[$0]) * (Double(abs(dy[$0])) + dot) }
      ofLogarithm += row.map { gamma(columns + 8) * (Double(abs(dy[$0])) + exp(Double(logs[$0])) * sum) }
    }
    verify("backward", tolerance: [ofSoftmax, ofLogarithm]) { run in
      let dx = run.result(rows * columns)
      let dlog = run.result(rows * columns)
      run.table.softmax_backward(
        run.pool, dx.pointer, run.tensor(dy).pointer, run.tensor(y).pointer, rows, columns)
      run.table.log_softmax_backward(
        run.pool, dlog.pointer, run.tensor(dy).pointer, run.tensor(logs).pointer, rows, columns)
      return [dx, dlog]
    }
  }

  @Test("cross-entropy and its gradient, apart, in place, and alone", arguments: shapes.dropFirst())
  func crossEntropy(rows: Int, columns: Int) {
    let logits = uniform(rows * columns, seed: 5, in: -range...range)
    let scale = 1.0 / 7
    let targets = (0..<rows).map { Int32($0 % 5 == 3 ? -1 : $0 * 7 % columns) }
    let probabilities = reference { run in
      let y = run.result(rows * columns)
      run.table.softmax(run.pool, y.pointer, run.tensor(logits).pointer, rows, columns)
      return [y]
    }[0]
    let lossBound = relativeError(columns) + 3 * u * (2 * Double(range) + log(Double(columns + 1)))
    let gradientBound = probabilities.enumerated().map { index, p in
      let isTarget = index % columns == Int(targets[index / columns])
      return scale * (p * relativeError(columns) + 2 * u * (isTarget ? 1 : 0))
    }
    let losses = [Double](repeating: lossBound, count: rows)
    verify("cross-entropy", tolerance: [losses, losses, losses, gradientBound, gradientBound]) { run in
      let first = run.result(rows)
      let second = run.result(rows)
      let third = run.result(rows)
      let dlogits = run.result(rows * columns)
      let inPlace = run.tensor(logits)
      let input = run.tensor(logits).pointer
      run.table.cross_entropy(run.pool, first.pointer, nil, input, targets, nil, 0, scale, 0, rows, columns)
      run.table.cross_entropy(
        run.pool, second.pointer, dlogits.pointer, input, targets, nil, 0, scale, 0, rows, columns)
      run.table.cross_entropy(
        run.pool, third.pointer, inPlace.pointer, inPlace.pointer, targets, nil, 0, scale, 0, rows, columns)
      return [first, second, third, dlogits, inPlace]
    }
  }

  @Test("cross-entropy of capped logits, apart, in place, and alone", arguments: shapes.dropFirst(), [1.5, 15])
  func cappedCrossEntropy(shape: (Int, Int), cap: Double) {
    let (rows, columns) = shape
    let logits = uniform(rows * columns, seed: 7, in: -3 * range...3 * range)
    let scale = 1.0 / 7
    let targets = (0..<rows).map { Int32($0 % 5 == 3 ? -1 : $0 * 7 % columns) }
    // tanh is within 8u, and so is each capped logit within 10u of the cap; the loss is of two, and of the error of Σ.
    let logitBound = 10 * u * cap
    let lossBound = 2 * logitBound + gamma(columns + 12) + 3 * u * (2 * cap + log(Double(columns + 1)))
    // The slope 1 − tanh² is off by 2·8u and a rounding; what it multiplies is at most 1, and as far off as the loss.
    let gradientBound = scale * (20 * u + 2 * lossBound)
    let losses = [Double](repeating: lossBound, count: rows)
    let gradients = [Double](repeating: gradientBound, count: rows * columns)
    verify("capped", tolerance: [losses, losses, losses, gradients, gradients]) { run in
      let (first, second, third) = (run.result(rows), run.result(rows), run.result(rows))
      let (dlogits, inPlace) = (run.result(rows * columns), run.tensor(logits))
      let input = run.tensor(logits).pointer
      run.table.cross_entropy(run.pool, first.pointer, nil, input, targets, nil, 0, scale, cap, rows, columns)
      run.table.cross_entropy(
        run.pool, second.pointer, dlogits.pointer, input, targets, nil, 0, scale, cap, rows, columns)
      run.table.cross_entropy(
        run.pool, third.pointer, inPlace.pointer, inPlace.pointer, targets, nil, 0, scale, cap, rows, columns)
      return [first, second, third, dlogits, inPlace]
    }
  }

  @Test("cross-entropy of targets that are mixed with distributions", arguments: shapes.dropFirst(), [0, 15.0])
  func softCrossEntropy(shape: (Int, Int), cap: Double) {
    let (rows, columns) = shape
    let logits = uniform(rows * columns, seed: 8, in: -range...range)
    var soft = uniform(rows * columns, seed: 9, in: 0...1)
    for r in 0..<rows {
      let row = r * columns..<(r + 1) * columns
      let sum = row.reduce(0) { $0 + soft[$1] }
      for index in row { soft[index] /= sum }
    }
    let (scale, weight) = (1.0 / 7, 0.7)
    let targets = (0..<rows).map { Int32($0 % 5 == 3 ? -1 : $0 * 7 % columns) }
    // As without them, and the mean of n distances below the largest logit, each of at most 2·range and two roundings.
    let logitBound = cap > 0 ? 10 * u * cap : 0
    let soundBound = relativeError(columns) + 3 * u * (2 * Double(range) + log(Double(columns + 1)))
    let lossBound = 2 * logitBound + soundBound + (gamma(columns + 4) + 4 * u) * 2 * Double(range)
    let gradientBound = scale * (20 * u + 2 * lossBound)
    let losses = [Double](repeating: lossBound, count: rows)
    let gradients = [Double](repeating: gradientBound, count: rows * columns)
    verify("soft", tolerance: [losses, losses, gradients]) { run in
      let (alone, beside, inPlace) = (run.result(rows), run.result(rows), run.tensor(logits))
      let (input, soft) = (run.tensor(logits).pointer, run.tensor(soft).pointer)
      run.table.cross_entropy(
        run.pool, alone.pointer, nil, input, targets, soft, weight, scale, cap, rows, columns)
      run.table.cross_entropy(
        run.pool, beside.pointer, inPlace.pointer, inPlace.pointer, targets, soft, weight, scale, cap, rows, columns)
      return [alone, beside, inPlace]
    }
  }

  @Test("a row with NaN or +infinity becomes NaN, −infinity is probability 0, and no row touches another")
  func specialValues() {
    let columns = 21
    var x = uniform(4 * columns, seed: 6)
    x[5] = .nan
    x[columns + 20] = .infinity
    x[2 * columns + 3] = -.infinity
    let bound = [Double](repeating: relativeError(columns), count: 4 * columns)
    verify("special", tolerance: [bound]) { run in
      let y = run.result(4 * columns)
      run.table.softmax(run.pool, y.pointer, run.tensor(x).pointer, 4, columns)
      let rowsOfNaN = (0..<4).filter { r in (0..<columns).allSatisfy { y.values[r * columns + $0].isNaN } }
      #expect(rowsOfNaN == [0, 1] && y.values[2 * columns + 3] == 0)
      return [y]
    }
  }

  @Test("float64's softmax and cross-entropy, by hand")
  func byHand() {
    // Logits log 1, log 3: probabilities ¼ and ¾.
    let table = referenceTable
    let logits = [0, log(3.0)]
    let targets: [Int32] = [0]
    var y = [0.0, 0]
    var losses = [0.0]
    var gradient = [0.0, 0]
    withPool(threads: 1) { pool in
      table.softmax(pool, &y, logits, 1, 2)
      table.cross_entropy(pool, &losses, &gradient, logits, targets, nil, 0, 2, 0, 1, 2)
    }
    let rounding = [Double](repeating: 4 * Double.ulpOfOne, count: 2)
    expectClose(y, [0.25, 0.75], within: rounding, "softmax")
    expectClose(losses, [log(4.0)], within: [4 * Double.ulpOfOne], "loss")
    expectClose(gradient, [-1.5, 1.5], within: rounding, "gradient")
  }
}
