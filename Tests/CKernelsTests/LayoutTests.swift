import CKernels
import Testing

@Suite struct LayoutTests {
  struct CopyCase: Sendable, CustomTestStringConvertible {
    var shape: [Int]
    var y: [Int]
    var x: [Int]
    var testDescription: String { "\(shape): \(x) to \(y)" }
  }

  /// Row-major strides of `shape`.
  static func contiguous(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in stride(from: shape.count - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * max(shape[axis + 1], 1)
    }
    return strides
  }

  /// x transposed by `order` into a contiguous y.
  static func permutation(_ shape: [Int], _ order: [Int]) -> CopyCase {
    let strides = contiguous(shape)
    let permuted = order.map { shape[$0] }
    return CopyCase(shape: permuted, y: contiguous(permuted), x: order.map { strides[$0] })
  }

  static let cases: [CopyCase] = [
    CopyCase(shape: [], y: [], x: []),
    CopyCase(shape: [0], y: [1], x: [1]),
    CopyCase(shape: [3, 0, 2], y: [0, 2, 1], x: [0, 2, 1]),
    CopyCase(shape: [17], y: [1], x: [1]),
    CopyCase(shape: [17], y: [1], x: [0]),
    CopyCase(shape: [17], y: [2], x: [3]),
    CopyCase(shape: [5, 7], y: [7, 1], x: [0, 1]),
    CopyCase(shape: [5, 7], y: [7, 1], x: [1, 0]),
    CopyCase(shape: [5, 7], y: [11, 1], x: [9, 1]),
    CopyCase(shape: [6, 1, 5], y: [5, 5, 1], x: [10, 77, 2]),
    CopyCase(shape: [5, 33], y: [1, 5], x: [33, 1]),
    permutation([3, 5], [1, 0]), permutation([15, 17], [1, 0]), permutation([16, 32], [1, 0]),
    permutation([2, 3, 4, 5], [0, 2, 1, 3]), permutation([2, 3, 4, 5], [3, 2, 1, 0]),
    permutation([2, 19, 33], [0, 2, 1]), permutation([2, 2, 3, 2, 3, 2, 2, 3], [7, 0, 5, 2, 3, 6, 1, 4]),
    permutation([2, 65, 3, 32], [0, 2, 1, 3]), permutation([300, 190], [1, 0]),
    CopyCase(shape: [129, 257], y: [257, 1], x: [257, 1]),
    CopyCase(shape: [3, 40_000], y: [40_000, 1], x: [0, 1]),
  ]

  static func elements(_ shape: [Int], _ strides: [Int]) -> Int {
    shape.contains(0) ? 0 : zip(shape, strides).reduce(1) { $0 + ($1.0 - 1) * $1.1 }
  }

  @Test("a strided copy moves each element where its strides say, and touches no other", arguments: cases)
  func copy(_ test: CopyCase) {
    let source = uniform(Self.elements(test.shape, test.x), seed: 1)
    let count = Self.elements(test.shape, test.y)
    let background = uniform(count, seed: 2)
    verify("copy", tolerance: [[Double](repeating: 0, count: count)]) { run in
      let y = run.tensor(background)
      run.table.copy_strided(
        run.pool, y.pointer, test.y, run.tensor(source).pointer, test.x, Int32(test.shape.count), test.shape)
      return [y]
    }
  }

  @Test("float64's copy, by hand")
  func copyByHand() {
    let transposed = reference { run in
      let y = run.result(6)
      run.table.copy_strided(
        run.pool, y.pointer, [2, 1], run.tensor([1, 2, 3, 4, 5, 6]).pointer, [1, 3], 2, [3, 2])
      return [y]
    }
    #expect(transposed == [[1, 4, 2, 5, 3, 6]])
  }
}
