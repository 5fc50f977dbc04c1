import CKernels
import Testing

/// Half the distance from 1 to the next Float: what one rounding may add, relatively.
let u = Double(Float.ulpOfOne) / 2

/// γₙ, the bound for n roundings one after the other: Higham, Accuracy and Stability of Numerical Algorithms,
/// section 3.1.
func gamma(_ n: Int) -> Double {
  Double(n) * u / (1 - Double(n) * u)
}

/// Holds a kernel of every float32 table (or of `tables`) against the float64 table, and against itself on more threads.
///
/// `body` makes its tensors, runs the kernel, and returns the results; `tolerance` says, for each element of
/// each result, how far a float32 result may be from the float64 one.
func verify(
  _ what: String, tolerance: [[Double]], threads: [Int32] = [1, 2, 3, 8], tables: [ck_kernels] = supportedTables(),
  sourceLocation: SourceLocation = #_sourceLocation, _ body: (KernelRun) -> [TestTensor]
) {
  let expected = reference(body)
  var alone: [[[Double]]] = []
  for count in threads {
    let all = withPool(threads: count) { pool in
      tables.map { results(body, of: $0, on: pool, what, sourceLocation: sourceLocation) }
    }
    guard count != threads[0] else {
      alone = all
      continue
    }
    for (index, table) in tables.enumerated() where !isIdentical(all[index], alone[index]) {
      Issue.record(
        "\(what), \(table.title): \(count) threads differ from \(threads[0])", sourceLocation: sourceLocation)
    }
  }
  for (table, results) in zip(tables, alone) {
    for (index, result) in results.enumerated() {
      expectClose(
        result, expected[index], within: tolerance[index], "\(what), \(table.title), result \(index)",
        sourceLocation: sourceLocation)
    }
  }
}

private func results(
  _ body: (KernelRun) -> [TestTensor], of table: ck_kernels, on pool: OpaquePointer, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) -> [[Double]] {
  let run = KernelRun(table: table, pool: pool)
  let results = body(run).map(\.values)
  let intact = run.tensors.allSatisfy(\.guardsAreIntact)
  #expect(intact, "\(what), \(table.title): wrote outside a tensor", sourceLocation: sourceLocation)
  return results
}

/// The same kernel's results in float64.
func reference(_ body: (KernelRun) -> [TestTensor]) -> [[Double]] {
  withPool(threads: 1) { results(body, of: referenceTable, on: $0, "reference") }
}

/// Records at most one issue: the element that is furthest out.
func expectClose(
  _ actual: [Double], _ expected: [Double], within tolerance: [Double], _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count, tolerance.count == expected.count else {
    Issue.record(
      "\(what): \(actual.count) elements, \(expected.count) expected, \(tolerance.count) tolerances",
      sourceLocation: sourceLocation)
    return
  }
  var worst: (index: Int, excess: Double)?
  for index in expected.indices where !agrees(actual[index], expected[index], within: tolerance[index]) {
    let distance = abs(actual[index] - expected[index]) / tolerance[index]
    let excess = distance.isNaN ? .infinity : distance
    if excess > worst?.excess ?? -1 { worst = (index, excess) }
  }
  if let worst {
    Issue.record(
      """
      \(what): element \(worst.index) is \(actual[worst.index]), expected \(expected[worst.index]) \
      within \(tolerance[worst.index])
      """, sourceLocation: sourceLocation)
  }
}

private func agrees(_ actual: Double, _ expected: Double, within tolerance: Double) -> Bool {
  if expected.isNaN || actual.isNaN { return expected.isNaN && actual.isNaN }
  if expected == actual { return true }
  return expected.isFinite && abs(actual - expected) <= tolerance
}

private func isIdentical(_ left: [[Double]], _ right: [[Double]]) -> Bool {
  left.map { $0.map(\.bitPattern) } == right.map { $0.map(\.bitPattern) }
}
