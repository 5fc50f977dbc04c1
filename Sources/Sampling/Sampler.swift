import Foundation
import Randomness

/// Draws the next token from a model's logits.
///
/// The steps and their order are those of transformers' `generate`, which opens the same checkpoints:
/// repetition penalty, temperature, top-k, top-p, min-p, each over what the one before has left. (llama.cpp
/// has the temperature last, where it does not change what remains.)
public struct Sampler: Sendable {
  /// A token that can be drawn.
  public struct Candidate: Sendable, Hashable {
    /// The token's id.
    public let token: Int32

    /// The probability of the token.
    public let probability: Double
  }

  /// The options, all in range.
  public let options: SamplingOptions

  private let key: RandomKey
  private let excluded: [Int]  // ascending

  /// The sampler of one of several samples, each of which has random numbers of its own.
  ///
  /// - Parameter excluded: tokens that are never drawn: a tokenizer's `specialIDs`.
  /// - Throws: `SamplingError.optionOutOfRange`.
  public init(
    _ options: SamplingOptions, sample: Int = 0, excluding excluded: [Int32] = []
  ) throws(SamplingError) {
    try options.validate()
    self.options = options
    self.excluded = Set(excluded).map(Int.init).sorted()
    key = RandomKey(seed: options.seed).derived(by: UInt64(bitPattern: Int64(sample)))
  }

  /// A token drawn from `distribution(of:history:)`: a pure function of that, the seed, the sample's number
  /// and `position`.
  ///
  /// - Throws: as `distribution(of:history:)` does.
  public func nextToken(
    logits: [Float], history: some Sequence<Int32>, position: Int
  ) throws(SamplingError) -> Int32 {
    let candidates = try distribution(of: logits, history: history)
    let uniform = key.uniform(at: UInt64(bitPattern: Int64(position)))
    var sum = 0.0
    for candidate in candidates {
      sum += candidate.probability
      if uniform < sum { return candidate.token }
    }
    // Rounding has left the sum a little below 1, and the draw lies above it.
    return candidates[candidates.count - 1].token
  }

  /// The distribution of the next token, given its logits, [V], and the tokens before it.
  ///
  /// At least one candidate, by id or, where top-k or top-p sorts them, by falling logit; the probabilities
  /// sum to 1. Temperature 0 leaves the token of the largest logit alone. Of equal logits the lower ids
  /// remain, so top-k 1 is greedy as well.
  ///
  /// - Throws: `SamplingError.unusableLogit` for a logit that is NaN or +∞, and `.nothingToSample` where no
  ///   token but the excluded has a logit above −∞.
  public func distribution(
    of logits: [Float], history: some Sequence<Int32>
  ) throws(SamplingError) -> [Candidate] {
    var scores = try possibleTokens(logits, excluding: excluded)
    if options.repetitionPenalty != 1 { penalize(&scores, seen: Set(history)) }
    guard let best = scores.min(by: isBefore) else { throw .nothingToSample }
    if options.temperature == 0 { return [Candidate(token: best.token, probability: 1)] }

    let keptByRank = options.topK == 0 ? scores.count : min(options.topK, scores.count)
    if keptByRank < scores.count || options.topP < 1 { scores.sort(by: isBefore) }
    var candidates = scores.prefix(keptByRank).map { score in
      // Relative to the best: no exponent is above 0, and the largest weight is 1.
      Candidate(token: score.token, probability: exp((score.logit - best.logit) / options.temperature))
    }
    if options.topP < 1 { candidates.removeLast(candidates.count - nucleusCount(candidates)) }
    candidates.removeAll { $0.probability < options.minP || $0.probability == 0 }
    let total = candidates.reduce(0) { $0 + $1.probability }
    return candidates.map { Candidate(token: $0.token, probability: $0.probability / total) }
  }

  private func penalize(_ scores: inout [Score], seen: Set<Int32>) {
    let penalty = options.repetitionPenalty
    for index in scores.indices where seen.contains(scores[index].token) {
      let logit = scores[index].logit
      let penalized = logit > 0 ? logit / penalty : logit * penalty
      let limit = Double.greatestFiniteMagnitude
      scores[index].logit = min(max(penalized, -limit), limit)
    }
  }

  /// How many of the sorted candidates, whose probabilities need not sum to 1, together reach top-p.
  private func nucleusCount(_ candidates: [Candidate]) -> Int {
    let target = options.topP * candidates.reduce(0) { $0 + $1.probability }
    var sum = 0.0
    let last = candidates.firstIndex { candidate in
      sum += candidate.probability
      return sum >= target
    }
    return last.map { $0 + 1 } ?? candidates.count
  }
}

private struct Score {
  let token: Int32
  var logit: Double
}

/// By falling logit, and by id where logits are equal.
private func isBefore(_ a: Score, _ b: Score) -> Bool {
  a.logit != b.logit ? a.logit > b.logit : a.token < b.token
}

/// The tokens of a logit above −∞, by id and without `excluded`, which ascend.
private func possibleTokens(_ logits: [Float], excluding excluded: [Int]) throws(SamplingError) -> [Score] {
  var scores: [Score] = []
  scores.reserveCapacity(logits.count)
  var excluded = excluded.drop { $0 < 0 }
  for (token, logit) in logits.enumerated() {
    if token == excluded.first {
      excluded.removeFirst()
      continue
    }
    guard logit != -.infinity else { continue }
    guard logit.isFinite else { throw .unusableLogit(token: token, value: "\(logit)") }
    scores.append(Score(token: Int32(token), logit: Double(logit)))
  }
  return scores
}
