import CKernels
import Testing

/// Rotated heads divided by their root mean square, and the way back.
@Suite struct RotaryNormTests {
  static let rows = 150, length = 50, first = 3
  /// What is left of the mean square where a head is all but zero.
  static let epsilon = 1e-2

  /// What a case reads: x or dy, y, rstd and the angles, and its shape.
  private func shape(_ test: EmbeddingTests.RotaryCase) -> ck_rotary {
    let width = test.heads * test.headWidth + test.rest
    return ck_rotary(
      batch: Self.rows / Self.length, sequence_length: Self.length, x_stride: width,
      x_batch_stride: Self.length * width, y_stride: width, y_batch_stride: Self.length * width, heads: test.heads,
      head_width: test.headWidth, copied: test.rest, first_position: Self.first, first_positions: nil,
      y_first_rows: nil, inverse: test.inverse)
  }

  private func angles(_ test: EmbeddingTests.RotaryCase, seed: UInt32) -> [Float] {
    uniform((Self.first + Self.length) * test.headWidth / 2, seed: seed)
  }

  @Test("heads are rotated and normalized, also in place", arguments: EmbeddingTests.rotaryCases)
  func forward(_ test: EmbeddingTests.RotaryCase) {
    let width = test.heads * test.headWidth + test.rest
    let x = uniform(Self.rows * width, seed: 3)
    // rstd is at most 1/√ε = 10 and off by γ of its terms; what it scales is two products of numbers up to 1.
    let bound = [Double](repeating: 2 * 10 * gamma(test.headWidth + 8), count: Self.rows * width)
    let ofRstd = [Double](repeating: 10 * gamma(test.headWidth + 6), count: Self.rows * test.heads)
    // The reference takes the root mean square of what it has rotated: these angles are those of a rotation.
    let turns = angles(test, seed: 4)
    let cosines = turns.map { 2 / (1 + $0 * $0) - 1 }
    let sines = turns.map { 2 * $0 / (1 + $0 * $0) }
    verify("rotary norm", tolerance: [bound, ofRstd, bound]) { run in
      let (y, rstd, inPlace) = (run.result(Self.rows * width), run.result(Self.rows * test.heads), run.tensor(x))
      let (cosines, sines) = (run.tensor(cosines).pointer, run.tensor(sines).pointer)
      var shape = shape(test)
      run.table.rotary_norm(
        run.pool, y.pointer, rstd.pointer, run.tensor(x).pointer, cosines, sines, Self.epsilon, &shape)
      run.table.rotary_norm(run.pool, inPlace.pointer, nil, inPlace.pointer, cosines, sines, Self.epsilon, &shape)
      return [y, rstd, inPlace]
    }
  }

  @Test("gradients, also in the place of what they are of", arguments: EmbeddingTests.rotaryCases)
  func backward(_ test: EmbeddingTests.RotaryCase) {
    let count = Self.rows * (test.heads * test.headWidth + test.rest)
    let (dy, y) = (uniform(count, seed: 5), uniform(count, seed: 6, in: -2...2))
    let rstd = uniform(Self.rows * test.heads, seed: 7, in: 0.5...2)
    let (cosines, sines) = (angles(test, seed: 8), angles(test, seed: 9))
    // rstd·(|dy| + |y|·mean) is at most 2·(1 + 2·2), and two of these are added.
    let bound = [Double](repeating: 20 * gamma(test.headWidth + 8), count: count)
    verify("rotary norm backward", tolerance: [bound, bound]) { run in
      let (dx, inPlace) = (run.result(count), run.tensor(dy))
      let (y, rstd) = (run.tensor(y).pointer, run.tensor(rstd).pointer)
      let (cosines, sines) = (run.tensor(cosines).pointer, run.tensor(sines).pointer)
      var shape = shape(test)
      run.table.rotary_norm_backward(
        run.pool, dx.pointer, run.tensor(dy).pointer, y, rstd, cosines, sines, &shape)
      run.table.rotary_norm_backward(run.pool, inPlace.pointer, inPlace.pointer, y, rstd, cosines, sines, &shape)
      return [dx, inPlace]
    }
  }
}
