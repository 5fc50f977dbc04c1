import Foundation
import Randomness
import Sampling
import Testing

@Suite struct SamplerTests {
  private func sampler(
    sample: Int = 0, _ change: (inout SamplingOptions) -> Void = { _ in }
  ) throws -> Sampler {
    var options = SamplingOptions()
    change(&options)
    return try Sampler(options, sample: sample, excluding: [0])
  }

  private func token(_ sampler: Sampler, _ logits: [Float], at position: Int = 0) throws -> Int32 {
    var sampler = sampler
    return try sampler.nextToken(logits: logits, history: [], position: position)
  }

  @Test("temperature 0 takes the largest logit; of equal ones, the lowest id; never <unk>")
  func greedy() throws {
    for sampler in [try sampler { $0.temperature = 0 }, try sampler { $0.topK = 1 }] {
      for position in 0..<20 {
        #expect(try token(sampler, [9, 1, 3, 2, 3, 3], at: position) == 2)
        #expect(try token(sampler, [9, -.infinity, -.infinity, -1e30], at: position) == 3)
        #expect(try token(sampler, [0, -0.0, 0.0], at: position) == 1)
      }
    }
  }

  @Test("a draw is the first token at which the distribution has summed up to more than the uniform number")
  func drawByHand() throws {
    var options = SamplingOptions()
    (options.topK, options.topP, options.repetitionPenalty, options.seed) = (6, 0.95, 1.2, 9)
    let key = RandomKey(seed: 9).derived(by: 3)
    // One sampler for all, after vocabularies of other sizes too.
    var sampler = try Sampler(options, sample: 3, excluding: [0])
    for position in 0..<200 {
      let logits = (0..<(8 + position % 5)).map { Float(($0 * 7 + position * 3) % 11) / 3 }
      let history = [Int32(position % 8), 2]
      let distribution = try sampler.distribution(of: logits, history: history)
      let uniform = key.uniform(at: UInt64(position))
      var sum = 0.0
      let expected = distribution.first { candidate in
        sum += candidate.probability
        return uniform < sum
      }
      #expect(try sampler.nextToken(logits: logits, history: history, position: position) == expected?.token)
    }
  }

  /// χ² with k degrees of freedom is above k + 2√(14k) + 28 once in a million times (Laurent & Massart,
  /// 2000).
  @Test("tokens are drawn as often as the distribution says", arguments: 0..<4)
  func frequencies(setting: Int) throws {
    let sampler = try sampler(sample: setting) {
      if setting == 1 { $0.temperature = 2 }
      if setting == 2 { $0.topK = 6 }
      if setting == 3 { ($0.topP, $0.minP) = (0.95, 0.05) }
    }
    let logits: [Float] = [5, 0, 1, -1, 2, 0.5, 1.5, -2, 0.25, -0.5]
    let draws = 20_000
    var counts: [Int32: Int] = [:]
    for position in 0..<draws { counts[try token(sampler, logits, at: position), default: 0] += 1 }
    let distribution = try sampler.distribution(of: logits, history: [])
    #expect(Set(counts.keys).isSubset(of: distribution.map(\.token)))
    let chiSquare = distribution.reduce(0) { sum, candidate in
      let expected = candidate.probability * Double(draws)
      return sum + pow(Double(counts[candidate.token, default: 0]) - expected, 2) / expected
    }
    let freedom = Double(distribution.count - 1)
    #expect(chiSquare < freedom + 2 * (14 * freedom).squareRoot() + 28)
  }

  @Test("a draw is a function of seed, sample and position")
  func draws() throws {
    let logits = [Float](repeating: 0, count: 1001)
    let sampler = try sampler()
    let tokens = try (0..<100).map { try token(sampler, logits, at: $0) }
    let backwards = try (0..<100).reversed().map { try token(sampler, logits, at: $0) }
    #expect(tokens == backwards.reversed())
    #expect(Set(tokens).count > 80)
    for other in [try self.sampler(sample: 1), try self.sampler { $0.seed = 1 }] {
      // By chance, one of 100 draws from 1000 tokens would agree every ten such pairs.
      #expect(try (0..<100).count { try token(other, logits, at: $0) == tokens[$0] } < 5)
    }
  }

  @Test(
    "temperatures near 0 and without bound stay distributions",
    arguments: [Double.leastNonzeroMagnitude, 1e-300, 1e-8, 1e8, 1e300])
  func extremeTemperature(temperature: Double) throws {
    let sampler = try sampler { $0.temperature = temperature }
    let (largest, least) = (Float.greatestFiniteMagnitude, Float.leastNonzeroMagnitude)
    for logits: [Float] in [[0, 1, 2, 2, -3], [0, largest, 0, -largest], [0, least, 0, -least]] {
      let distribution = try sampler.distribution(of: logits, history: [])
      #expect(distribution.allSatisfy { $0.probability > 0 })
      #expect(abs(distribution.reduce(0) { $0 + $1.probability } - 1) < 1e-15 * Double(logits.count))
    }
    let distribution = try sampler.distribution(of: [0, 1, 2, 2, -3], history: [])
    #expect(distribution.map(\.token) == (temperature < 1 ? [2, 3] : [1, 2, 3, 4]))
    // Logits at most 5 apart, at 10⁸: the weights are within 5·10⁻⁸ of each other.
    let limit = 1 / Double(distribution.count)
    #expect(distribution.allSatisfy { abs($0.probability - limit) < 5e-8 })
  }

  @Test("excluded tokens are not drawn, in whatever order and wherever they are")
  func excluded() throws {
    let logits: [Float] = [1, .nan, 3, .infinity]
    let sampler = try Sampler(SamplingOptions(), excluding: [3, 7, -1, 1, 3])
    #expect(try sampler.distribution(of: logits, history: []).map(\.token) == [0, 2])
    #expect(throws: SamplingError.nothingToSample) {
      try Sampler(SamplingOptions(), excluding: [0, 1, 2, 3]).distribution(of: logits, history: [])
    }
    #expect(try Sampler(SamplingOptions()).distribution(of: [0, 0], history: []).count == 2)
  }

  @Test("a token of probability 0 is not drawn")
  func impossibleTokens() throws {
    let sampler = try sampler { $0.temperature = 1e-8 }
    for position in 0..<1000 {
      #expect(try token(sampler, [0, -5, 3, -5], at: position) == 2)
      #expect(try token(sampler, [0, -.infinity, 3, -.infinity], at: position) == 2)
    }
  }

  @Test(
    "extreme penalties leave a distribution",
    arguments: [Double.leastNonzeroMagnitude, 1e-300, 1e300, .greatestFiniteMagnitude])
  func extremePenalty(penalty: Double) throws {
    let largest = Float.greatestFiniteMagnitude
    for temperature in [0, 1e-8, 1] {
      let sampler = try sampler { ($0.repetitionPenalty, $0.temperature) = (penalty, temperature) }
      let distribution = try sampler.distribution(of: [0, largest, -largest, 1, -1, 0], history: 0..<6)
      #expect(abs(distribution.reduce(0) { $0 + $1.probability } - 1) < 1e-14)
    }
  }

  @Test("logits that are NaN or +∞ are refused by token", arguments: [Float.nan, .infinity])
  func unusableLogits(value: Float) throws {
    for temperature in [0, 1.0] {
      let sampler = try sampler { $0.temperature = temperature }
      #expect(throws: SamplingError.unusableLogit(token: 2, value: "\(value)")) {
        try token(sampler, [0, 1, value, value])
      }
    }
  }

  @Test(
    "logits that leave nothing to sample are refused",
    arguments: [[], [1], [1, -.infinity, -.infinity]] as [[Float]])
  func nothingToSample(logits: [Float]) throws {
    for temperature in [0, 1.0] {
      let sampler = try sampler { ($0.temperature, $0.repetitionPenalty) = (temperature, 1.1) }
      #expect(throws: SamplingError.nothingToSample) { try token(sampler, logits) }
    }
  }
}
