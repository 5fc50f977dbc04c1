import Foundation
import NGrams
import Randomness
import Sampling
import Testing
import Text
import Transformer

@Suite("A text generator with n-grams mixed in")
struct MixtureSamplingTests {
  static let tokenizer = TextGeneratorTests.tokenizer

  static func mixture(_ text: String) throws -> NGramMixture {
    let ids = TokenIDs(try tokenizer.encode(text), vocabularySize: tokenizer.vocabularySize)
    return NGramMixture.Parameters(
      CountedText(of: ids[...], vocabularySize: tokenizer.vocabularySize), order: 7,
      exponents: .init(network: 0.3, counts: 0.8)
    ).mixture
  }

  @Test(
    "draws what a sampler draws from the products of both probabilities, with all of the text as the counts' context",
    arguments: [0, 0.9])
  func restatement(temperature: Double) throws {
    // The network reads the last token alone, so that only the counts know of those before.
    let model = try TextGeneratorTests.model(contextLength: 1)
    let mixture = try Self.mixture("abcabdabcabdgfegfea\nabcabd")
    var options = SamplingOptions()
    (options.temperature, options.topK, options.repetitionPenalty) = (temperature, 5, 1.2)
    for prompt in ["", "abcab", "g"] {
      let found = try TextGenerator(model, tokenizer: Self.tokenizer, mixture: mixture)
        .generate(prompt: prompt, maxNewTokens: 40, options: options)

      var history = prompt.isEmpty ? [try #require(Self.tokenizer.emptyPromptID)] : try Self.tokenizer.encode(prompt)
      let start = history.count
      var sampler = try Sampler(options, excluding: Self.tokenizer.specialIDs)
      for position in 0..<40 {
        let logits = model.logits(Array(history.suffix(1))).floats
        let counts = mixture.model.distribution(after: RecentTokens(history))
        let products = zip(logits, counts).map { 0.3 * Double($0) + 0.8 * log(Double($1)) }
        let total = log(products.reduce(0) { $0 + exp($1) })
        history.append(
          try sampler.nextToken(logits: products.map { Float($0 - total) }, history: history, position: position))
      }
      #expect(found.text == Self.tokenizer.decode(history[start...]))
    }
  }

  @Test("never draws <unk>, though the counts think it possible")
  func unknown() throws {
    let generator = TextGenerator(
      try TextGeneratorTests.model(), tokenizer: Self.tokenizer, mixture: try Self.mixture("ab"))
    let text = try generator.generate(prompt: "a", maxNewTokens: 200).text
    #expect(text.unicodeScalars.count == 200)
  }

  @Test("goes on from one prefill with the same text as from the prompt, each sample with its own")
  func prefill() throws {
    let generator = TextGenerator(
      try TextGeneratorTests.model(), tokenizer: Self.tokenizer, mixture: try Self.mixture("abcabdabcabdgfegfea"))
    let prefill = try generator.prefill("abcab")
    for sample in 0..<3 {
      let after = try generator.generate(after: prefill, maxNewTokens: 30, sample: sample).text
      #expect(try after == generator.generate(prompt: "abcab", maxNewTokens: 30, sample: sample).text)
    }
  }
}
