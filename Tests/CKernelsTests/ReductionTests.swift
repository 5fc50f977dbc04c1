import CKernels
import Testing

/// Shapes around vectors, blocks of vectors (64), blocks of rows (32), and pieces of long rows (32,768).
private let shapes: [(Int, Int)] = sizes(
  [
    (0, 5), (5, 0), (1, 1), (4, 3), (3, 4), (2, 5), (3, 7), (2, 8), (1, 9), (2, 15), (4, 16), (5, 17), (31, 31),
    (32, 32), (33, 33), (63, 64), (64, 65), (33, 129), (700, 66), (511, 3), (512, 3), (513, 3), (1, 32_767),
    (1, 32_768),
    (1, 32_769),
    (3, 40_000), (2000, 9),
  ], inDebug: 19)

@Suite struct ReductionTests {
  /// A sum of n terms in any order is off by at most γₙ · Σ |x|.
  static func tolerance(_ x: [Float], _ groups: Int, _ size: Int, index: (Int, Int) -> Int) -> [Double] {
    (0..<groups).map { group in
      (0..<size).reduce(0.0) { $0 + Double(abs(x[index(group, $1)])) } * gamma(size)
    }
  }

  @Test("sums of rows", arguments: shapes)
  func sumRows(rows: Int, columns: Int) {
    let x = uniform(rows * columns, seed: 1)
    let tolerance = Self.tolerance(x, rows, columns) { $0 * columns + $1 }
    verify("\(rows) × \(columns)", tolerance: [tolerance]) { run in
      let y = run.result(rows)
      run.table.sum_rows(run.pool, y.pointer, run.tensor(x).pointer, rows, columns)
      return [y]
    }
  }

  @Test("sums of columns", arguments: shapes)
  func sumColumns(rows: Int, columns: Int) {
    let x = uniform(rows * columns, seed: 2)
    let tolerance = Self.tolerance(x, columns, rows) { $1 * columns + $0 }
    verify("\(rows) × \(columns)", tolerance: [tolerance]) { run in
      let y = run.result(columns)
      run.table.sum_columns(run.pool, y.pointer, run.tensor(x).pointer, rows, columns)
      return [y]
    }
  }

  @Test("maxima of rows are exact", arguments: shapes)
  func maxRows(rows: Int, columns: Int) {
    let x = uniform(rows * columns, seed: 3, in: -3 ... -1)
    verify("\(rows) × \(columns)", tolerance: [[Double](repeating: 0, count: rows)]) { run in
      let y = run.result(rows)
      run.table.max_rows(run.pool, y.pointer, run.tensor(x).pointer, rows, columns)
      return [y]
    }
  }

  @Test(
    "a row's maximum is NaN wherever in it a NaN stands, and infinite where an infinity does",
    arguments: 0..<33)
  func maxOfSpecialValues(position: Int) {
    var x = uniform(99, seed: 4)
    x[position] = .nan
    x[33 + position] = .infinity
    for index in 66..<99 where index != 66 + position { x[index] = -.infinity }
    verify("position \(position)", tolerance: [[0, 0, 0]], threads: [1]) { run in
      let y = run.result(3)
      run.table.max_rows(run.pool, y.pointer, run.tensor(x).pointer, 3, 33)
      return [y]
    }
  }

  @Test("the sum of squares is summed in double", arguments: shapes)
  func sumSquares(rows: Int, columns: Int) {
    let n = rows * columns
    let x = uniform(n, seed: 5)
    let exact = x.reduce(0.0) { $0 + Double($1) * Double($1) }
    for table in supportedTables() + [referenceTable] {
      let results = [Int32(1), 2, 3, 8].map { threads in
        withPool(threads: threads) { pool in
          let run = KernelRun(table: table, pool: pool)
          return table.sum_squares(pool, run.tensor(x).pointer, n)
        }
      }
      // In double, the terms are all positive: n roundings of the whole at most.
      #expect(abs(results[0] - exact) <= Double(n) * Double.ulpOfOne * exact, "\(table.title)")
      #expect(Set(results).count == 1, "\(table.title): depends on the number of threads")
    }
  }

  @Test("float64's reductions, by hand")
  func byHand() {
    let x: [Float] = [1, 5, -2, 4, 0, 3]
    let results = reference { run in
      let sums = run.result(2)
      let maxima = run.result(2)
      let columns = run.result(3)
      let nothing = run.result(2)
      run.table.sum_rows(run.pool, sums.pointer, run.tensor(x).pointer, 2, 3)
      run.table.max_rows(run.pool, maxima.pointer, run.tensor(x).pointer, 2, 3)
      run.table.sum_columns(run.pool, columns.pointer, run.tensor(x).pointer, 2, 3)
      run.table.max_rows(run.pool, nothing.pointer, run.tensor([]).pointer, 2, 0)
      return [sums, maxima, columns, nothing]
    }
    #expect(results == [[4, 7], [5, 4], [5, 5, 1], [-.infinity, -.infinity]])
  }
}
