import Testing

/// Expects counts that a uniform distribution would give, neither too uneven nor too even.
///
/// With k degrees of freedom, χ² leaves [k − 2√(kx), k + 2√(kx) + 2x] with probability at most 2e⁻ˣ
/// (B. Laurent & P. Massart, 2000, https://doi.org/10.1214/aos/1015957395, lemma 1); x = 14 makes that two in
/// a million.
func expectUniform(_ counts: [Int], sourceLocation: SourceLocation = #_sourceLocation) {
  let expected = Double(counts.reduce(0, +)) / Double(counts.count)
  let chiSquare = counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
  let freedom = Double(counts.count - 1)
  let x = 14.0
  let spread = 2 * (freedom * x).squareRoot()
  #expect(
    freedom - spread <= chiSquare && chiSquare <= freedom + spread + 2 * x, "χ² of \(counts.count) counts",
    sourceLocation: sourceLocation)
}
