import Autograd
import Foundation
import Layers
import Randomness
import Sampling
import Testing
import Text
import Transformer

@Suite("A text without a prompt")
struct OpeningTests {
  private static let tokenizer = CharacterTokenizer(vocabularyOf: "abcdefg")

  private static func model(_ tokenizer: CharacterTokenizer = tokenizer) throws -> GPT {
    let config = GPTConfig(
      vocabularySize: tokenizer.vocabularySize, layerCount: 2, headCount: 2, width: 16, contextLength: 8)
    return try GPT(config, key: RandomKey(seed: 11)).mappingParameters { $0.rank == 2 ? 20 * $0 : $0 }
  }

  /// a three times as often as b, and nothing else.
  private static func generator() throws -> TextGenerator {
    TextGenerator(
      try model(), tokenizer: tokenizer, opening: OpeningTokens(counts: [0, 3, 1, 0, 0, 0, 0, 0]))
  }

  @Test("begins with a token as often as the text has it")
  func frequencies() throws {
    let generator = try Self.generator()
    var options = SamplingOptions()
    options.temperature = 1
    let prefill = try generator.prefill("")
    let texts = try (0..<2_000).map {
      try generator.generate(after: prefill, maxNewTokens: 1, options: options, sample: $0).text
    }
    #expect(texts.allSatisfy { $0 == "a" || $0 == "b" })
    // Five standard deviations of a mean of 2,000 draws: 5 · √(0.75 · 0.25 / 2000).
    #expect(abs(Double(texts.count { $0 == "a" }) / 2_000 - 0.75) < 0.048)
  }

  @Test("goes on from there as from a prompt, past the end of the context too")
  func greedy() throws {
    let generator = try Self.generator()
    let found = try generator.generate(prompt: "", maxNewTokens: 30, options: TextGeneratorTests.greedy)
    let rest = try generator.generate(prompt: "a", maxNewTokens: 29, options: TextGeneratorTests.greedy)
    #expect(found.text == "a" + rest.text)
    #expect(found.tokenCount == 30)
  }

  @Test("is the same from one prefill as without, and for each sample its own")
  func prefill() throws {
    let generator = try Self.generator()
    let prefill = try generator.prefill("")
    let texts = try (0..<20).map { try generator.generate(after: prefill, maxNewTokens: 12, sample: $0).text }
    for (sample, text) in texts.enumerated() {
      #expect(try generator.generate(prompt: "", maxNewTokens: 12, sample: sample).text == text)
    }
    #expect(Set(texts.map(\.first)).count == 2)
  }

  @Test("begins with what the model expects anywhere, where neither frequencies nor a line break are known")
  func unknown() throws {
    let model = try Self.model()
    let size = Self.tokenizer.vocabularySize
    let sums = (0..<size).reduce(into: [Double](repeating: 0, count: size)) { sums, context in
      let probabilities = model.logits([Int32(context)]).softmax().floats
      for (token, probability) in probabilities.enumerated() { sums[token] += Double(probability) }
    }
    let likeliest = try #require(sums.indices.dropFirst().max { sums[$0] < sums[$1] })
    let found = try TextGenerator(model, tokenizer: Self.tokenizer)
      .generate(prompt: "", maxNewTokens: 1, options: TextGeneratorTests.greedy)
    #expect(found.text == Self.tokenizer.decode([Int32(likeliest)]))
  }

  @Test("begins by frequencies where they are known, though the vocabulary has a line break")
  func rareLineBreak() throws {
    let tokenizer = TextGeneratorTests.tokenizer
    let opening = OpeningTokens(counts: [0, 0, 0, 0, 0, 7, 0, 0, 0])
    let generator = TextGenerator(try Self.model(tokenizer), tokenizer: tokenizer, opening: opening)
    #expect(try generator.generate(prompt: "", maxNewTokens: 5).text.hasPrefix("d"))
  }
}
