/// How tokens are drawn from a model's logits; the defaults draw from the model's own distribution, at
/// nanoGPT's temperature of 0.8.
public struct SamplingOptions: Sendable, Hashable {
  /// Logits are divided by it: below 1 is less random, above 1 more random; 0 is greedy.
  public var temperature = 0.8

  /// Only the k most probable tokens remain; 0 keeps all.
  public var topK = 0

  /// Only the most probable tokens that together reach probability p remain; 1 keeps all.
  /// A. Holtzman et al., "The curious case of neural text degeneration", arXiv 1904.09751.
  public var topP = 1.0

  /// Only tokens at least p times as probable as the most probable one remain; 0 keeps all.
  /// M. N. Nguyen et al., "Turning up the heat: min-p sampling", arXiv 2407.01082.
  public var minP = 0.0

  /// A logit of a token seen before is divided by it where positive, else multiplied; 1 leaves all alone.
  /// N. S. Keskar et al., "CTRL: a conditional transformer language model", arXiv 1909.05858.
  public var repetitionPenalty = 1.0

  /// Seeds the random numbers: the same seed, options and prompt give the same text.
  public var seed: UInt64 = 1337

  /// The defaults.
  public init() {}

  /// Throws `SamplingError.optionOutOfRange` for the first option that is out of its range.
  public func validate() throws(SamplingError) {
    try check(
      "temperature", temperature, temperature >= 0 && temperature.isFinite,
      "0 (greedy) or a positive number")
    try check("top_k", topK, topK >= 0, "0 (all tokens) or a positive number")
    try check("top_p", topP, topP > 0 && topP <= 1, "above 0 and at most 1 (all tokens)")
    try check("min_p", minP, 0...1 ~= minP, "from 0 (all tokens) to 1")
    try check(
      "repetition_penalty", repetitionPenalty, repetitionPenalty > 0 && repetitionPenalty.isFinite,
      "a positive number (1 for none)")
  }
}

private func check(
  _ option: String, _ value: some CustomStringConvertible, _ isInRange: Bool, _ range: String
) throws(SamplingError) {
  if !isInRange { throw .optionOutOfRange(option: option, value: value.description, range: range) }
}
