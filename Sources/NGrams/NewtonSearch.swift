/// A function of two variables at a point: its value, its gradient, and its Hessian's diagonal and the entry beside it.
struct NewtonObjective {
  var value = 0.0
  var gradient = SIMD2<Double>.zero
  var curvature = SIMD2<Double>.zero
  var cross = 0.0

  static func + (a: Self, b: Self) -> Self {
    var sum = a
    sum.add(b)
    return sum
  }

  mutating func add(_ other: Self) {
    value += other.value
    gradient += other.gradient
    curvature += other.curvature
    cross += other.cross
  }

  /// With ½ · precision · |point − center|² added, the function being at `point`.
  func pulled(from point: SIMD2<Double>, to center: SIMD2<Double>, by precision: Double) -> Self {
    let distance = point - center
    return NewtonObjective(
      value: value + precision / 2 * (distance * distance).sum(), gradient: gradient + precision * distance,
      curvature: curvature + precision, cross: cross)
  }

  /// Newton's step, H⁻¹ g, which is to be subtracted.
  var step: SIMD2<Double> {
    let determinant = curvature[0] * curvature[1] - cross * cross
    return [
      (curvature[1] * gradient[0] - cross * gradient[1]) / determinant,
      (curvature[0] * gradient[1] - cross * gradient[0]) / determinant,
    ]
  }
}

/// Newton's method for convex functions of two variables, with steps that are halved until they descend.
///
/// S. Boyd and L. Vandenberghe, "Convex optimization" (2004), sections 9.2 and 9.5.
enum NewtonSearch {
  /// No search looks at more points.
  private static let mostPoints = 60
  /// A step that would gain less, by the quadratic approximation, is not taken.
  private static let smallestGain = 1e-9
  /// So much of what the slope promises must be gained.
  private static let leastShare = 1e-4

  /// Where `objective` is smallest; or `start`, where that is not a number there.
  static func minimum(from start: SIMD2<Double>, _ objective: (SIMD2<Double>) -> NewtonObjective) -> SIMD2<Double> {
    var (point, here, length) = (start, objective(start), 1.0)
    for _ in 1..<mostPoints {
      let step = here.step
      let promised = length * (here.gradient * step).sum()
      guard promised / 2 > smallestGain else { break }
      let next = point - length * step
      let there = objective(next)
      if there.value <= here.value - leastShare * promised {
        (point, here, length) = (next, there, 1)
      } else {
        length /= 2
      }
    }
    return point
  }
}
