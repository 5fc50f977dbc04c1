import Autograd
import Layers
import Randomness
import Sampling
import Testing
import Text
import Transformer

@Suite("A text generator")
struct TextGeneratorTests {
  static let tokenizer = CharacterTokenizer(vocabularyOf: "\nabcdefg")

  static func model(contextLength: Int = 8, slidingWindow: Int? = nil) throws -> GPT {
    let config = GPTConfig(
      vocabularySize: tokenizer.vocabularySize, layerCount: 2, headCount: 2, width: 16, contextLength: contextLength,
      slidingWindow: slidingWindow)
    // Matrices twenty times what training begins with: what comes next depends on all of the context, not on the last
    // token alone.
    return try GPT(config, key: RandomKey(seed: 11)).mappingParameters { $0.rank == 2 ? 20 * $0 : $0 }
  }

  static let greedy = {
    var options = SamplingOptions()
    options.temperature = 0
    return options
  }()

  /// What decoding without a cache gives: the best token after the window that the generator documents.
  private func expected(_ model: GPT, prompt: [Int32], count: Int) -> String {
    let length = model.config.contextLength
    var history = prompt
    var held = min(prompt.count, length)
    for _ in 0..<count {
      if held > length { held = max(1, length / 2) }
      let logits = model.logits(Array(history.suffix(held))).floats.suffix(model.config.vocabularySize)
      let known = logits.enumerated().dropFirst()  // <unk> is never sampled
      history.append(Int32(known.max { $0.element < $1.element }?.offset ?? 1))
      held += 1
    }
    return Self.tokenizer.decode(history.dropFirst(prompt.count))
  }

  @Test("with a cache draws what it would draw without, past the end of the context too", arguments: [1, 2, 3, 8])
  func cachedDecoding(contextLength: Int) throws {
    let model = try Self.model(contextLength: contextLength)
    for prompt in ["a", "gfe", "abcdefgabcd"] {
      let found = try TextGenerator(model, tokenizer: Self.tokenizer)
        .generate(prompt: prompt, maxNewTokens: 30, options: Self.greedy)
      #expect(found.text == expected(model, prompt: try Self.tokenizer.encode(prompt), count: 30))
      #expect(found.tokenCount == 30)
    }
  }

  @Test("draws the same text from the same seed, and another for another sample")
  func seeds() throws {
    let generator = TextGenerator(try Self.model(), tokenizer: Self.tokenizer)
    let text = { (sample: Int) in try generator.generate(prompt: "ab", maxNewTokens: 40, sample: sample).text }
    #expect(try text(0) == text(0))
    #expect(try text(0) != text(1))
  }

  @Test("draws after a prefilled prompt what it draws after the prompt, sample after sample", arguments: [nil, 3])
  func prefill(slidingWindow: Int?) throws {
    // The second prompt fills the context, the third does not fit.
    for prompt in ["ab", "abcdefga", "abcdefgabcd"] {
      let model = try Self.model(slidingWindow: slidingWindow)
      let generator = TextGenerator(model, tokenizer: Self.tokenizer)
      let prefill = try generator.prefill(prompt)
      for sample in [0, 1, 2, 0] {
        let found = try generator.generate(after: prefill, maxNewTokens: 30, sample: sample)
        let whole = try generator.generate(prompt: prompt, maxNewTokens: 30, sample: sample)
        #expect(found.text == whole.text)
      }
    }
  }

  @Test("reads a prefilled prompt once: no sample waits for it again")
  func prefilledOnce() throws {
    let generator = TextGenerator(try Self.model(contextLength: 256), tokenizer: Self.tokenizer)
    let prefill = try generator.prefill(String(repeating: "abcd", count: 63))
    let times = try (0..<5).map { try generator.generate(after: prefill, maxNewTokens: 3, sample: $0).timeToFirstToken }
    // A draw from eight tokens takes a thousandth; a pause of the whole process may come in between, but not each time.
    #expect(try #require(times.min()) < prefill.duration / 4)
  }

  @Test("shows the text in pieces as it comes, and ends when told")
  func streaming() throws {
    let generator = TextGenerator(try Self.model(), tokenizer: Self.tokenizer)
    var shown: [String] = []
    let whole = try generator.generate(prompt: "ab", maxNewTokens: 20) {
      shown.append($0)
      return true
    }
    #expect(shown.count == 20)
    #expect(shown.joined() == whole.text)
    var pieces = 0
    let part = try generator.generate(prompt: "ab", maxNewTokens: 20) { _ in
      pieces += 1
      return pieces < 3
    }
    #expect(part.text == String(whole.text.prefix(3)))
    #expect(part.tokenCount == 3)
  }

  @Test("ends before a stop string, of which nothing is shown")
  func stopString() throws {
    let generator = TextGenerator(try Self.model(), tokenizer: Self.tokenizer)
    let whole = try generator.generate(prompt: "ab", maxNewTokens: 40).text
    let stop = String(whole.dropFirst(10).prefix(3))
    var shown = ""
    let found = try generator.generate(prompt: "ab", maxNewTokens: 40, stop: [stop, "not there"]) {
      shown += $0
      return true
    }
    let end = try #require(whole.firstRange(of: stop))
    #expect(found.text == String(whole[..<end.lowerBound]))
    #expect(shown == found.text)
  }

  @Test("shows at the end what could have begun a stop string")
  func heldBack() throws {
    let generator = TextGenerator(try Self.model(), tokenizer: Self.tokenizer)
    let whole = try generator.generate(prompt: "ab", maxNewTokens: 12).text
    let found = try generator.generate(prompt: "ab", maxNewTokens: 12, stop: [whole.suffix(4) + "h"])
    #expect(found.text == whole)
  }

  @Test("starts from a line break where there is no prompt")
  func emptyPrompt() throws {
    let generator = TextGenerator(try Self.model(), tokenizer: Self.tokenizer)
    let texts = try ["", "\n"].map { try generator.generate(prompt: $0, maxNewTokens: 9).text }
    #expect(texts[0] == texts[1])
  }

  @Test("refuses a prompt with a character that it does not know")
  func unknownCharacter() throws {
    let generator = TextGenerator(try Self.model(), tokenizer: Self.tokenizer)
    #expect(throws: TextError.self) { try generator.generate(prompt: "abz", maxNewTokens: 1) }
  }
}
