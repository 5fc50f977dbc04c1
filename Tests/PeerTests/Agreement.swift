import Autograd

/// How near this package comes to PyTorch.
enum Agreement {
  /// For logits, losses and gradients in float32. An element comes out of a chain of about 30 operations, each
  /// a sum of at most 64 terms: errors that add up as a random walk are 2⁻²⁴ · √64 · √30 ≈ 3e-6, here and there.
  static let float32 = 1e-5

  /// The same in float64, where the estimate is 5e-15, and for 50 steps of AdamW, each of which can multiply
  /// the differences that it finds: four decades are left for them.
  static let float64 = 1e-10

  /// For a float32 loss, in nats, at each of 50 steps of AdamW. A step divides each gradient by its own size,
  /// so that an element near zero, which is rounding noise on both sides, moves its weight by the learning rate.
  static let float32Loss = 1e-4
}

/// The largest difference of `found` from `expected`, relative to the largest magnitude in `expected`;
/// infinite where the shapes differ or an element is no number.
///
/// Relative to its own magnitude no element can be held: it may be a sum whose terms cancel.
func relativeError(_ found: Tensor, _ expected: Tensor) -> Double {
  guard found.shape == expected.shape else { return .infinity }
  let largest = expected.scalars.map(\.magnitude).max() ?? 0
  let errors = zip(found.scalars, expected.scalars).map { ($0 - $1).magnitude / largest }
  return errors.reduce(0) { $1.isNaN ? .infinity : max($0, $1) }
}
