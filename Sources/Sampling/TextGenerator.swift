import Layers
import Text
import Transformer

/// Continues a text: prefill the prompt, then one token at a time from the cached keys and values.
public struct TextGenerator: Sendable {
  private let model: GPT
  private let tokenizer: any Tokenizer

  /// A generator that decodes with `model`, whose vocabulary is `tokenizer`'s.
  public init(_ model: GPT, tokenizer: any Tokenizer) {
    self.model = model.detached
    self.tokenizer = tokenizer
  }

  /// The result of one request.
  public struct Generation: Sendable {
    /// The new text, without the prompt and without the stop string that ended it.
    public var text = ""
    /// How many tokens were drawn.
    public var tokenCount = 0
    /// From the call to the first token, and to the last.
    public var timeToFirstToken = Duration.zero
    public var duration = Duration.zero
  }

  /// Draws up to `maxNewTokens` tokens after `prompt`.
  ///
  /// When the context is full, decoding resumes from its second half: what follows then depends on the last T/2 tokens
  /// and those after them. An empty prompt stands for the tokenizer's `emptyPromptID`.
  /// - Parameters:
  ///   - sample: which of several samples this is; each has random numbers of its own.
  ///   - stop: strings that end the text.
  ///   - onText: called with new text as it is generated; return false to stop.
  /// - Throws: `SamplingError`; `TextError.unknownCharacter` where the prompt has one; what `onText` throws.
  public func generate(
    prompt: String, maxNewTokens: Int, options: SamplingOptions = SamplingOptions(), sample: Int = 0,
    stop: [String] = [], onText: (String) throws -> Bool = { _ in true }
  ) throws -> Generation {
    let start = ContinuousClock.now
    let sampler = try Sampler(options, sample: sample, excluding: tokenizer.specialIDs)
    var decoder = Decoder(model, prompt: try tokens(of: prompt))
    var text = TokenDecoder(tokenizer)
    var stops = StopStrings(stop)
    var result = Generation()
    var goesOn = true
    while goesOn && result.tokenCount < maxNewTokens && !stops.isFound {
      let token = try sampler.nextToken(
        logits: decoder.nextLogits(), history: decoder.history, position: result.tokenCount)
      decoder.append(token)
      if result.tokenCount == 0 { result.timeToFirstToken = .now - start }
      result.tokenCount += 1
      goesOn = try result.show(stops.append(text.append(token)), onText)
    }
    if goesOn && !stops.isFound { goesOn = try result.show(stops.append(text.finish()), onText) }
    if goesOn && !stops.isFound { _ = try result.show(stops.finish(), onText) }
    result.duration = .now - start
    return result
  }

  private func tokens(of prompt: String) throws(TextError) -> [Int32] {
    if !prompt.isEmpty { return try tokenizer.encode(prompt) }
    return [tokenizer.emptyPromptID]
  }
}

extension TextGenerator.Generation {
  fileprivate mutating func show(_ piece: String, _ onText: (String) throws -> Bool) rethrows -> Bool {
    guard !piece.isEmpty else { return true }
    text += piece
    return try onText(piece)
  }
}

/// A sequence being decoded: its tokens, and the cache of those that the model has seen.
private struct Decoder {
  private let model: GPT
  private let cache: KVCache
  private(set) var history: [Int32]
  private var pending: ArraySlice<Int32>

  init(_ model: GPT, prompt: [Int32]) {
    self.model = model
    cache = KVCache(for: model)
    history = prompt
    pending = prompt.suffix(model.config.contextLength)
  }

  /// The logits of the token after the last one.
  mutating func nextLogits() -> [Float] {
    if cache.length + pending.count > cache.capacity {
      cache.truncate(to: 0)
      pending = history.suffix(max(1, cache.capacity / 2))
    }
    defer { pending = [] }
    return model.nextTokenLogits(Array(pending), cache: cache).floats
  }

  mutating func append(_ token: Int32) {
    history.append(token)
    pending = [token]
  }
}
