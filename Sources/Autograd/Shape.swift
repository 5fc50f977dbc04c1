/// Arithmetic on shapes: axis lengths, outermost first; `[]` is a scalar.
package enum Shape {
  /// The kernels that copy with strides take tensors of up to so many axes.
  static let largestRank = 8

  /// The number of elements: the product of the axis lengths.
  package static func count(_ shape: [Int]) -> Int { shape.reduce(1, *) }

  /// Elements between neighbours along each axis of a row-major tensor.
  static func strides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in stride(from: shape.count - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    return strides
  }

  /// Strides that read a tensor of `shape` as if it had the larger shape `target`: 0 along every axis that repeats.
  static func broadcastStrides(_ shape: [Int], to target: [Int]) -> [Int] {
    let missing = target.count - shape.count
    let own = strides(shape)
    return target.indices.map { axis in
      axis < missing || shape[axis - missing] != target[axis] ? 0 : own[axis - missing]
    }
  }

  /// The shape that both broadcast to under NumPy's rule: aligned at the last axis, equal or 1. Nil if they do not.
  package static func broadcast(_ a: [Int], _ b: [Int]) -> [Int]? {
    var result = [Int](repeating: 1, count: max(a.count, b.count))
    for back in 1...max(result.count, 1) where back <= result.count {
      let x = back <= a.count ? a[a.count - back] : 1
      let y = back <= b.count ? b[b.count - back] : 1
      guard x == y || x == 1 || y == 1 else { return nil }
      result[result.count - back] = x == 1 ? y : x
    }
    return result
  }

  /// Axis numbers in `0 ..< rank`, ascending; negative ones count from the end. Traps on one out of range or repeated.
  static func normalized(_ axes: [Int], rank: Int, in operation: String) -> [Int] {
    let positive = axes.map { $0 < 0 ? $0 + rank : $0 }
    require(
      positive.allSatisfy { (0..<rank).contains($0) } && Set(positive).count == positive.count,
      "\(operation): axes \(axes) are not distinct axes of a tensor of rank \(rank)")
    return positive.sorted()
  }
}
