/// What modified Kneser–Ney smoothing takes from a count: D₁ from 1, D₂ from 2, D₃₊ from more.
///
/// With nⱼ n-grams that occur j times and Y = n₁ / (n₁ + 2n₂): D₁ = 1 − 2Y·n₂/n₁, D₂ = 2 − 3Y·n₃/n₂, D₃₊ = 3 − 4Y·n₄/n₃.
/// Where one of the nⱼ is 0, or a discount is not between 0 and the count that it is taken from, as happens in small or
/// repetitive texts, they are ½, 1 and 1½. So every count loses something, and what was never counted is never impossible.
///
/// Chen and Goodman, "An Empirical Study of Smoothing Techniques for Language Modeling" (TR-10-98, 1998), section 3.
public struct Discounts: Sendable, Equatable {
  /// What is taken from 1, from 2, and from more.
  let one, two, more: Double

  /// The discounts of n-grams of which `countsOfCounts[j − 1]` occur j times.
  init(countsOfCounts: SIMD4<Int> = .zero) {
    let n = SIMD4<Double>(countsOfCounts)
    let share = n[0] / (n[0] + 2 * n[1])
    let found = [1 - 2 * share * n[1] / n[0], 2 - 3 * share * n[2] / n[1], 3 - 4 * share * n[3] / n[2]]
    let isSound = n.min() > 0 && zip(found, [1, 2, 3]).allSatisfy { 0 < $0 && $0 < $1 }
    (one, two, more) = isSound ? (found[0], found[1], found[2]) : (0.5, 1, 1.5)
  }

  /// What is taken from `count`; 0 from 0.
  public subscript(count: UInt32) -> Double {
    count > 2 ? more : count == 2 ? two : count == 1 ? one : 0
  }
}
