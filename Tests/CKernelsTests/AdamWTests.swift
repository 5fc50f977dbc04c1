import CKernels
import Testing

@Suite struct AdamWTests {
  /// Gradients that dwarf ε, and gradients of its size.
  @Test("one step", arguments: sizes([0, 1, 3, 4, 5, 7, 8, 15, 16, 17, 1000, 16_385], inDebug: 11), [1, 1e-8])
  func step(n: Int, size: Float) {
    let w = uniform(n, seed: 1)
    let m = uniform(n, seed: 2, in: -size...size)
    let v = uniform(n, seed: 3, in: 0.01 * size * size...size * size)
    let g = uniform(n, seed: 4, in: -size...size)
    var step = ck_adamw(
      rate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, decay: 0.1, correction1: 0.3, correction2: 0.05,
      gradient_scale: 0.7)
    // A handful of roundings of each sum's terms; the update is at most
    // rate · (|m| / correction₁) / √(v / correction₂).
    let bounds = (0..<n).map { e -> (w: Double, m: Double, v: Double) in
      let size = Double(size)
      let update = 0.01 * 1.1 * size / 0.3 / (Double(v[e]) * 0.99 / 0.05).squareRoot()
      return (
        gamma(4) * abs(Double(w[e])) + gamma(14) * update, gamma(6) * 1.2 * size,
        gamma(6) * (Double(v[e]) + 0.01 * size * size)
      )
    }
    verify("n = \(n)", tolerance: [bounds.map(\.w), bounds.map(\.m), bounds.map(\.v)]) { run in
      let weights = run.tensor(w)
      let first = run.tensor(m)
      let second = run.tensor(v)
      run.table.adamw(
        run.pool, weights.pointer, first.pointer, second.pointer, run.tensor(g).pointer, &step, n)
      return [weights, first, second]
    }
  }

  @Test("float64's first step, by hand: a rate's length against the gradient, after the decay")
  func byHand() {
    // With corrections 1 − β, m/correction₁ = g and v/correction₂ = g²: the step is rate · g/|g|.
    var step = ck_adamw(
      rate: 0.5, beta1: 0.5, beta2: 0.75, epsilon: 0, decay: 0.5, correction1: 0.5, correction2: 0.25,
      gradient_scale: 2)
    let results = reference { run in
      let w = run.tensor([8, 8])
      let m = run.tensor([0, 0])
      let v = run.tensor([0, 0])
      run.table.adamw(run.pool, w.pointer, m.pointer, v.pointer, run.tensor([2, -2]).pointer, &step, 2)
      return [w, m, v]
    }
    #expect(results == [[5.5, 6.5], [2, -2], [4, 4]])
  }
}
