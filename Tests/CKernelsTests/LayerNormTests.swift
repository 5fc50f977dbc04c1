import CKernels
import Testing

/// Rows around the blocks (32) whose sums are combined; columns around vectors.
private let shapes: [(Int, Int)] = sizes(
  [
    (0, 4), (1, 1), (2, 3), (2, 4), (3, 5), (2, 7), (1, 8), (2, 9), (3, 15), (5, 16), (3, 17), (7, 66), (31, 33),
    (32, 32), (33, 31), (64, 130), (70, 48), (550, 20), (40, 1000),
  ], inDebug: 15)

@Suite struct LayerNormTests {
  static let epsilon = 1e-5

  /// The mean is off by γₙ · max |x|, and so, with one rounding more, is each deviation; the variance by what
  /// that makes of 2·σ·(deviation) and by γₙ of itself.
  static func tolerance(x: ArraySlice<Float>, gain: [Float], bias: [Float]) -> (
    y: [Double], mean: Double, rstd: Double
  ) {
    let n = x.count
    let values = x.map(Double.init)
    let mean = values.reduce(0, +) / Double(n)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)
    let meanError = gamma(n + 1) * (values.map(abs).max() ?? 0)
    let total = variance + epsilon
    let rstd = 1 / total.squareRoot()
    let varianceError = 2 * variance.squareRoot() * meanError + meanError * meanError + gamma(n + 4) * total
    let relative = varianceError / total + 4 * u
    let y = values.indices.map { c in
      let scale = abs(Double(gain[c])) * rstd
      return scale * abs(values[c] - mean) * (relative + 4 * u) + 2 * scale * meanError + 2 * u
        * abs(Double(bias[c]))
    }
    return (y, meanError, relative * rstd)
  }

  @Test("rows are normalised, scaled and shifted", arguments: shapes)
  func forward(rows: Int, columns: Int) {
    let x = uniform(rows * columns, seed: 1, in: -1...3)
    let gain = uniform(columns, seed: 2, in: 0.5...2)
    let bias = uniform(columns, seed: 3)
    let bounds = (0..<rows).map { r in
      Self.tolerance(x: x[(r * columns)..<((r + 1) * columns)], gain: gain, bias: bias)
    }
    let tolerance = [bounds.flatMap(\.y), bounds.map(\.mean), bounds.map(\.rstd)]
    verify("\(rows) × \(columns)", tolerance: tolerance) { run in
      let y = run.result(rows * columns)
      let mean = run.result(rows)
      let rstd = run.result(rows)
      run.table.layer_norm(
        run.pool, y.pointer, mean.pointer, rstd.pointer, run.tensor(x).pointer, run.tensor(gain).pointer,
        run.tensor(bias).pointer, Self.epsilon, rows, columns)
      return [y, mean, rstd]
    }
  }

  @Test("gradients of rows, gain and bias", arguments: shapes)
  func backward(rows: Int, columns: Int) {
    let x = uniform(rows * columns, seed: 4, in: -1...3)
    let dy = uniform(rows * columns, seed: 5)
    let gain = uniform(columns, seed: 6, in: 0.5...2)
    let mean = uniform(rows, seed: 7, in: 0.8...1.2)
    let rstd = uniform(rows, seed: 8, in: 0.5...1)
    func differentiate(_ run: KernelRun) -> [TestTensor] {
      let dx = run.result(rows * columns)
      let dgain = run.result(columns)
      let dbias = run.result(columns)
      run.table.layer_norm_backward(
        run.pool, dx.pointer, dgain.pointer, dbias.pointer, run.tensor(dy).pointer, run.tensor(x).pointer,
        run.tensor(gain).pointer, run.tensor(mean).pointer, run.tensor(rstd).pointer, rows, columns)
      return [dx, dgain, dbias]
    }
    var dx: [Double] = []
    var dgain = [Double](repeating: 0, count: columns)
    var dbias = dgain
    for r in 0..<rows {
      let g = (0..<columns).map { abs(Double(gain[$0] * dy[r * columns + $0])) }
      let normed = (0..<columns).map { abs(Double(x[r * columns + $0]) - Double(mean[r])) * Double(rstd[r]) }
      let meanG = g.reduce(0, +) / Double(columns)
      let meanGX = zip(g, normed).reduce(0) { $0 + $1.0 * $1.1 } / Double(columns)
      for c in 0..<columns {
        // Each term of dx is a product of a few factors and a mean of n.
        dx.append(gamma(columns + 8) * Double(rstd[r]) * (g[c] + meanG + normed[c] * meanGX))
        dgain[c] += gamma(rows + 4) * abs(Double(dy[r * columns + c])) * normed[c]
        dbias[c] += gamma(rows) * abs(Double(dy[r * columns + c]))
      }
    }
    verify("\(rows) × \(columns)", tolerance: [dx, dgain, dbias], differentiate)
  }

  @Test("float64's layer norm, by hand")
  func byHand() {
    // 1, 3: mean 2, variance 1; with ε = 3 the deviations ∓1 become ∓½.
    let results = reference { run in
      let y = run.result(2)
      let mean = run.result(1)
      let rstd = run.result(1)
      run.table.layer_norm(
        run.pool, y.pointer, mean.pointer, rstd.pointer, run.tensor([1, 3]).pointer,
        run.tensor([2, 4]).pointer,
        run.tensor([10, 20]).pointer, 3, 1, 2)
      return [y, mean, rstd]
    }
    #expect(results == [[9, 22], [2], [0.5]])
  }
}
