import CKernels
import Testing

private let shapes: [(Int, Int)] = sizes(
  [
    (0, 4), (1, 1), (2, 3), (2, 4), (3, 5), (2, 7), (1, 8), (2, 9), (3, 15), (5, 16), (3, 17), (7, 66), (31, 33),
    (64, 130), (550, 20), (40, 1000),
  ], inDebug: 12)

@Suite struct RMSNormTests {
  @Test("rows are divided by their root mean square", arguments: shapes)
  func forward(rows: Int, columns: Int) {
    let x = uniform(rows * columns, seed: 1, in: -1...3)
    let body = { (run: KernelRun) in
      let (y, rstd) = (run.result(rows * columns), run.result(rows))
      run.table.rms_norm(run.pool, y.pointer, rstd.pointer, run.tensor(x).pointer, 1e-2, rows, columns)
      return [y, rstd]
    }
    // A sum of positive terms has a relative error of γₙ, of which the root halves; then a root, a division, a product.
    let relative = gamma(columns + 6)
    verify("\(rows) × \(columns)", tolerance: reference(body).map { $0.map { relative * abs($0) } }, body)
  }

  @Test("gradients of rows, also in the place of what they are of", arguments: shapes)
  func backward(rows: Int, columns: Int) {
    let (dy, y) = (uniform(rows * columns, seed: 2), uniform(rows * columns, seed: 3, in: -2...2))
    let rstd = uniform(rows, seed: 4, in: 0.5...2)
    var tolerance: [Double] = []
    for r in 0..<rows {
      let row = (r * columns)..<((r + 1) * columns)
      let mean = row.reduce(0) { $0 + abs(Double(dy[$1]) * Double(y[$1])) } / Double(columns)
      tolerance += row.map {
        gamma(columns + 6) * Double(rstd[r]) * (abs(Double(dy[$0])) + abs(Double(y[$0])) * mean)
      }
    }
    verify("\(rows) × \(columns)", tolerance: [tolerance, tolerance]) { run in
      let (dx, inPlace) = (run.result(rows * columns), run.tensor(dy))
      let (y, rstd) = (run.tensor(y).pointer, run.tensor(rstd).pointer)
      run.table.rms_norm_backward(run.pool, dx.pointer, run.tensor(dy).pointer, y, rstd, rows, columns)
      run.table.rms_norm_backward(run.pool, inPlace.pointer, inPlace.pointer, y, rstd, rows, columns)
      return [dx, inPlace]
    }
  }

  @Test("a bad row is bad alone")
  func specialValues() {
    let (rows, columns) = (5, 21)
    var x = uniform(rows * columns, seed: 5)
    x[2 * columns + 20] = .nan
    let bounds = [[Double](repeating: gamma(columns + 6) * 5, count: rows * columns)]
    verify("RMS norm", tolerance: bounds) { run in
      let (y, rstd) = (run.result(rows * columns), run.result(rows))
      run.table.rms_norm(run.pool, y.pointer, rstd.pointer, run.tensor(x).pointer, 1e-1, rows, columns)
      #expect((0..<rows).filter { y.values[$0 * columns].isNaN } == [2])
      return [y]
    }
  }

  @Test("float64's RMS norm, by hand")
  func byHand() {
    // 3, −6: the mean square is 22.5; with ε = 13.5 the root is 6.
    let results = reference { run in
      let (y, rstd) = (run.result(2), run.result(1))
      run.table.rms_norm(run.pool, y.pointer, rstd.pointer, run.tensor([3, -6]).pointer, 13.5, 1, 2)
      return [y, rstd]
    }
    #expect(results == [[0.5, -1], [1.0 / 6]])
  }
}
