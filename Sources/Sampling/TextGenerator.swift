import Files
import Layers
import NGrams
import Text
import Transformer

/// Continues a text: prefill the prompt, then one token at a time from the cached keys and values.
public struct TextGenerator: Sendable {
  private let model: GPT
  private let tokenizer: any Tokenizer
  private let mixture: NGramMixture?
  private let opening: OpeningTokens?

  /// A generator that decodes with `model`, whose vocabulary is `tokenizer`'s.
  ///
  /// With a mixture, of the same vocabulary, its log-probabilities after the whole text so far, the prompt included, take the
  /// place of the model's logits. `opening`, of the same vocabulary too, is what the first token is drawn from where the
  /// prompt is empty.
  public init(
    _ model: GPT, tokenizer: any Tokenizer, mixture: NGramMixture? = nil, opening: OpeningTokens? = nil
  ) {
    self.model = model.detached
    self.tokenizer = tokenizer
    self.mixture = mixture
    self.opening = opening
  }

  /// The result of one request.
  public struct Generation: Sendable {
    /// The new text, without the prompt and without the stop string that ended it.
    public var text = ""
    /// How many tokens were drawn.
    public var tokenCount = 0
    /// From the call to the first token, and to the last. A prefill made before is not part of either.
    public var timeToFirstToken = Duration.zero
    public var duration = Duration.zero
  }

  /// A prompt that the model has read: any number of samples can go on from it.
  public struct Prefill {
    fileprivate let decoder: Decoder
    /// How long that took.
    public let duration: Duration
  }

  /// Reads `prompt`, so that several samples can go on from it without reading it again each:
  ///
  ///     let prefill = try generator.prefill("Once upon")
  ///     let texts = try (0..<10).map { try generator.generate(after: prefill, maxNewTokens: 99, sample: $0).text }
  ///
  /// - Throws: `TextError.unknownCharacter` if the prompt has one; `MemoryError` where it is too long for this computer.
  public func prefill(_ prompt: String) throws -> Prefill {
    let start = ContinuousClock.now
    var decoder = try decoder(after: prompt)
    try requireMemory(decoder.history, and: 0)
    decoder.prefill()
    return Prefill(decoder: decoder, duration: .now - start)
  }

  /// Draws up to `maxNewTokens` tokens after `prompt`.
  ///
  /// When the context is full, decoding resumes from its second half: what follows then depends on the last T/2 tokens
  /// and those after them.
  ///
  /// Where the prompt is empty, the first token is drawn from the text's `opening`; without one, what follows the
  /// tokenizer's `emptyPromptID` is; and without that as well, from what the model expects anywhere.
  /// - Parameters:
  ///   - sample: which of several samples this is; each has random numbers of its own.
  ///   - stop: strings that end the text.
  ///   - onText: called with new text as it is generated; return false to stop.
  /// - Throws: `SamplingError`; `TextError.unknownCharacter` where the prompt has one; `MemoryError` where so many tokens
  ///   of context are too many for this computer; what `onText` throws.
  public func generate(
    prompt: String, maxNewTokens: Int, options: SamplingOptions = SamplingOptions(), sample: Int = 0,
    stop: [String] = [], onText: (String) throws -> Bool = { _ in true }
  ) throws -> Generation {
    let start = ContinuousClock.now
    let sampler = try Sampler(options, sample: sample, excluding: tokenizer.specialIDs)
    return try generate(try decoder(after: prompt), sampler, maxNewTokens, stop, since: start, onText)
  }

  /// The same after a prompt that was read before, by this generator: the text is that of `generate(prompt:)`.
  public func generate(
    after prefill: Prefill, maxNewTokens: Int, options: SamplingOptions = SamplingOptions(), sample: Int = 0,
    stop: [String] = [], onText: (String) throws -> Bool = { _ in true }
  ) throws -> Generation {
    let start = ContinuousClock.now
    let sampler = try Sampler(options, sample: sample, excluding: tokenizer.specialIDs)
    return try generate(prefill.decoder, sampler, maxNewTokens, stop, since: start, onText)
  }

  private func generate(
    _ decoder: Decoder, _ sampler: Sampler, _ maxNewTokens: Int, _ stop: [String],
    since start: ContinuousClock.Instant, _ onText: (String) throws -> Bool
  ) throws -> Generation {
    try requireMemory(decoder.history, and: maxNewTokens)
    var (decoder, sampler) = (decoder, sampler)
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

  /// Throws where what the model keeps of so many tokens, as many of them as its context holds, is more than there is.
  private func requireMemory(_ prompt: [Int32], and maxNewTokens: Int) throws(MemoryError) {
    let context = model.config.contextLength
    let read = min(prompt.count, context)
    try Files.requireMemory(
      model.config.inferenceByteCount(positions: min(read + min(maxNewTokens, context), context), atOnce: read),
      for: "a context of so many tokens", remedy: "give a shorter prompt, or ask for fewer tokens")
  }

  private func decoder(after prompt: String) throws(TextError) -> Decoder {
    if !prompt.isEmpty { return Decoder(model, mixture, prompt: try tokenizer.encode(prompt)) }
    if opening == nil, let id = tokenizer.emptyPromptID { return Decoder(model, mixture, prompt: [id]) }
    return Decoder(model, mixture, firstLogits: opening?.logits ?? model.logitsAnywhere)
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
  private let mixture: NGramMixture?
  private var cache: KVCache
  private var isShared = false  // the cache, which is copied then before it is appended to
  private(set) var history: [Int32]
  private var pending: ArraySlice<Int32>
  private var knownLogits: [Float]?  // of the token after the last one

  init(_ model: GPT, _ mixture: NGramMixture?, prompt: [Int32]) {
    (self.model, self.mixture) = (model, mixture)
    cache = KVCache(for: model)
    history = prompt
    pending = prompt.suffix(model.config.contextLength)
  }

  /// A decoder of a text whose first token has the logits `firstLogits`, [V].
  init(_ model: GPT, _ mixture: NGramMixture?, firstLogits: [Float]) {
    self.init(model, mixture, prompt: [])
    knownLogits = firstLogits
  }

  /// Reads the prompt, for this decoder and for those that it is assigned to.
  mutating func prefill() {
    knownLogits = nextLogits()
    isShared = true
  }

  /// The logits of the token after the last one, or what the mixture makes of them.
  mutating func nextLogits() -> [Float] {
    if let logits = knownLogits.take() { return logits }
    if isShared { cache = cache.copy() }
    isShared = false
    if cache.length + pending.count > cache.capacity {
      cache.truncate(to: 0)
      pending = history.suffix(max(1, cache.capacity / 2))
    }
    defer { pending = [] }
    let logits = model.nextTokenLogits(Array(pending), cache: cache).floats
    return mixture?.logProbabilities(logits, after: RecentTokens(history)) ?? logits
  }

  mutating func append(_ token: Int32) {
    history.append(token)
    pending = [token]
  }
}
