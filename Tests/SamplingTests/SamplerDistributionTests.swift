import Foundation
import Sampling
import Testing

@Suite struct SamplerDistributionTests {
  typealias Change = @Sendable (inout SamplingOptions) -> Void

  /// The logits are Floats, of relative error 2⁻²⁴; those here are below 8 in magnitude, so probabilities are
  /// within 8 · 2⁻²⁴ of what their formulas say.
  static let tolerance = 0x1p-21

  /// Logits of the given probabilities for the tokens from 1 on; `<unk>` gets the largest logit of all.
  private func logits(_ probabilities: Double...) -> [Float] {
    [7] + probabilities.map { Float(log($0)) }
  }

  /// Expects the distribution, at temperature 1 unless `change` says otherwise, by token.
  private func expect(
    _ expected: [Int32: Double], _ logits: [Float], history: [Int32] = [], tolerance: Double = tolerance,
    sourceLocation: SourceLocation = #_sourceLocation, _ change: Change = { _ in }
  ) throws {
    var options = SamplingOptions()
    options.temperature = 1
    change(&options)
    let candidates = try Sampler(options, excluding: [0]).distribution(of: logits, history: history)
    let found = Dictionary(uniqueKeysWithValues: candidates.map { ($0.token, $0.probability) })
    let agree = expected.allSatisfy { abs($1 - found[$0, default: 2]) <= tolerance }
    #expect(agree && found.keys == expected.keys, "\(found) is not \(expected)", sourceLocation: sourceLocation)
  }

  @Test("without filters it is the softmax over all tokens but <unk>")
  func softmax() throws {
    try expect([1: 0.5, 2: 0.25, 3: 0.125, 4: 0.125], logits(0.5, 0.25, 0.125, 0.125))
    try expect([1: 0.2, 2: 0.8], logits(0.1, 0.4))
  }

  @Test("temperature takes probabilities to the power of its inverse")
  func temperature() throws {
    try expect([1: 16.0 / 21, 2: 4.0 / 21, 3: 1.0 / 21], logits(0.5, 0.25, 0.125)) { $0.temperature = 0.5 }
    try expect([1: 0.75, 2: 0.25], logits(0.9, 0.1)) { $0.temperature = 2 }
  }

  @Test("top-k keeps the k most probable; of equal ones, the lower ids")
  func topK() throws {
    let logits = logits(0.125, 0.5, 0.25, 0.125)
    try expect([2: 2.0 / 3, 3: 1.0 / 3], logits) { $0.topK = 2 }
    try expect([1: 1.0 / 7, 2: 4.0 / 7, 3: 2.0 / 7], logits) { $0.topK = 3 }
    for k in [4, 5, Int.max] {
      try expect([1: 0.125, 2: 0.5, 3: 0.25, 4: 0.125], logits) { $0.topK = k }
    }
  }

  @Test("top-p keeps the fewest that reach p, and at least one")
  func topP() throws {
    let logits = logits(0.125, 0.5, 0.25, 0.125)
    try expect([2: 1], logits) { $0.topP = 1e-300 }
    try expect([2: 1], logits) { $0.topP = 0.49 }
    try expect([2: 2.0 / 3, 3: 1.0 / 3], logits) { $0.topP = 0.51 }
    try expect([2: 2.0 / 3, 3: 1.0 / 3], logits) { $0.topP = 0.74 }
    try expect([1: 1.0 / 7, 2: 4.0 / 7, 3: 2.0 / 7], logits) { $0.topP = 0.76 }
    try expect([1: 0.125, 2: 0.5, 3: 0.25, 4: 0.125], logits) { $0.topP = 0.9 }
    // Exact in binary: two of four reach a half, and no third is needed.
    try expect([1: 0.5, 2: 0.5], [7, 1, 1, 1, 1]) { $0.topP = 0.5 }
  }

  @Test("min-p keeps what is at least p times as probable as the best")
  func minP() throws {
    let logits = logits(0.125, 0.5, 0.25, 0.125)
    try expect([1: 0.125, 2: 0.5, 3: 0.25, 4: 0.125], logits) { $0.minP = 0.24 }
    try expect([2: 2.0 / 3, 3: 1.0 / 3], logits) { $0.minP = 0.26 }
    try expect([2: 1], logits) { $0.minP = 0.51 }
    try expect([1: 0.5, 2: 0.5], [0, 3, 3, 2]) { $0.minP = 1 }
  }

  @Test("the repetition penalty divides positive logits and multiplies others, once a token")
  func repetitionPenalty() throws {
    let total = exp(1.0) + exp(-2) + exp(0.5)
    let expected: [Int32: Double] = [1: exp(1.0) / total, 2: exp(-2) / total, 3: exp(0.5) / total]
    try expect(expected, [7, 2, -1, 0.5], history: [1, 2, 1, 1, 0]) { $0.repetitionPenalty = 2 }
    try expect(expected, [7, 2, -1, 0.5], history: [2, 1, -5, 99]) { $0.repetitionPenalty = 2 }
    try expect([3: 1], [7, 2, -1, 1.5], history: [1, 2]) {
      $0.repetitionPenalty = 2
      $0.temperature = 0
    }
  }

  @Test("each step sees what the one before has left")
  func order() throws {
    // At temperature 4, 0.8, 0.1, 0.1 become 0.46, 0.27, 0.27, of which one does not reach 0.7.
    try #expect(kept(logits(0.8, 0.1, 0.1)) { ($0.temperature, $0.topP) = (4, 0.7) } == [1, 2])
    // 0.1 is an eighth of 0.8, but 0.59 of it after the temperature.
    try #expect(kept(logits(0.8, 0.1, 0.1)) { ($0.temperature, $0.minP) = (4, 0.5) } == [1, 2, 3])
    // Of the two that top-k leaves, the first has 0.57; of all, 0.4.
    try #expect(kept(logits(0.4, 0.3, 0.2, 0.1)) { ($0.topK, $0.topP) = (2, 0.5) } == [1])
    // Min-p would leave 0.4 and 0.3, of which the first has 0.57; top-p takes both first.
    try #expect(kept(logits(0.4, 0.3, 0.2, 0.1)) { ($0.topP, $0.minP) = (0.5, 0.7) } == [1, 2])
    // The penalty changes the order before top-k cuts.
    try #expect(kept([7, 2, 1.5, 0], history: [1]) { ($0.repetitionPenalty, $0.topK) = (2, 1) } == [2])
  }

  private func kept(_ logits: [Float], history: [Int32] = [], _ change: Change) throws -> [Int32] {
    var options = SamplingOptions()
    options.temperature = 1
    change(&options)
    return try Sampler(options, excluding: [0]).distribution(of: logits, history: history).map(\.token).sorted()
  }

  /// From the logits processors of transformers 5.23; float32 and six printed digits leave 10⁻⁶.
  @Test("all steps together agree with transformers")
  func transformers() throws {
    let logits: [Float] = [-.infinity, 2, 1.5, -0.5, 1, 0.25, -1, 0.75, 1.25]
    let history: [Int32] = [1, 3, 3, 4]
    try expect(
      [1: 0.306162, 2: 0.289793, 4: 0.102024, 7: 0.09926, 8: 0.202761],
      logits, history: history, tolerance: 1e-6
    ) {
      ($0.repetitionPenalty, $0.temperature, $0.topK, $0.topP, $0.minP) = (1.3, 0.7, 6, 0.9, 0.1)
    }
    try expect(
      [1: 0.219532, 2: 0.214621, 4: 0.139632, 5: 0.102882, 7: 0.138062, 8: 0.185271],
      logits, history: history, tolerance: 1e-6
    ) {
      ($0.repetitionPenalty, $0.temperature, $0.topK, $0.topP, $0.minP) = (1.3, 1.7, 7, 0.95, 0.4)
    }
  }
}
