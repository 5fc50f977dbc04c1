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
  private var scores: [Score] = []  // of the token that is drawn; kept for its memory

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
  public mutating func nextToken(
    logits: [Float], history: some Sequence<Int32>, position: Int
  ) throws(SamplingError) -> Int32 {
    let total = try weigh(logits, history: history)
    let uniform = key.uniform(at: UInt64(bitPattern: Int64(position)))
    var sum = 0.0
    for score in scores {
      sum += score.value / total
      if uniform < sum { return score.token }
    }
    // Rounding has left the sum a little below 1, and the draw lies above it.
    return scores[scores.count - 1].token
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
    var sampler = self
    let total = try sampler.weigh(logits, history: history)
    return sampler.scores.map { Candidate(token: $0.token, probability: $0.value / total) }
  }
}

// MARK: - The steps

extension Sampler {
  /// Leaves in `scores` the tokens that can be drawn with their weights, and returns the sum of these.
  private mutating func weigh(_ logits: [Float], history: some Sequence<Int32>) throws(SamplingError) -> Double {
    try readPossibleTokens(logits)
    if options.repetitionPenalty != 1 { penalize(history, vocabularySize: logits.count) }
    guard let best = scores.min(by: isBefore) else { throw .nothingToSample }
    if options.temperature == 0 {
      scores.removeAll(keepingCapacity: true)
      scores.append(Score(token: best.token, value: 1))
      return 1
    }
    let keptByRank = options.topK == 0 ? scores.count : min(options.topK, scores.count)
    if keptByRank < scores.count || options.topP < 1 { scores.sort(by: isBefore) }
    scores.removeLast(scores.count - keptByRank)
    for index in scores.indices {
      // Relative to the best: no exponent is above 0, and the largest weight is 1.
      scores[index].value = exp((scores[index].value - best.value) / options.temperature)
    }
    if options.topP < 1 { scores.removeLast(scores.count - nucleusCount) }
    let minP = options.minP
    scores.removeAll { $0.value < minP || $0.value == 0 }
    return scores.reduce(0) { $0 + $1.value }
  }

  /// Fills `scores` with the tokens of a logit above −∞, by id and without the excluded.
  private mutating func readPossibleTokens(_ logits: [Float]) throws(SamplingError) {
    scores.removeAll(keepingCapacity: true)
    scores.reserveCapacity(logits.count)
    var excluded = excluded.drop { $0 < 0 }
    for (token, logit) in logits.enumerated() {
      if token == excluded.first {
        excluded.removeFirst()
        continue
      }
      guard logit != -.infinity else { continue }
      guard logit.isFinite else { throw .unusableLogit(token: token, value: "\(logit)") }
      scores.append(Score(token: Int32(token), value: Double(logit)))
    }
  }

  private mutating func penalize(_ history: some Sequence<Int32>, vocabularySize: Int) {
    var isSeen = [Bool](repeating: false, count: vocabularySize)
    for token in history where isSeen.indices.contains(Int(token)) { isSeen[Int(token)] = true }
    let penalty = options.repetitionPenalty
    for index in scores.indices where isSeen[Int(scores[index].token)] {
      let logit = scores[index].value
      let penalized = logit > 0 ? logit / penalty : logit * penalty
      let limit = Double.greatestFiniteMagnitude
      scores[index].value = min(max(penalized, -limit), limit)
    }
  }

  /// How many of the sorted scores, whose weights need not sum to 1, together reach top-p.
  private var nucleusCount: Int {
    let target = options.topP * scores.reduce(0) { $0 + $1.value }
    var sum = 0.0
    let last = scores.firstIndex { score in
      sum += score.value
      return sum >= target
    }
    return last.map { $0 + 1 } ?? scores.count
  }
}

private struct Score {
  let token: Int32
  var value: Double  // the token's logit, then its weight
}

/// By falling logit, and by id where logits are equal.
private func isBefore(_ a: Score, _ b: Score) -> Bool {
  a.value != b.value ? a.value > b.value : a.token < b.token
}
