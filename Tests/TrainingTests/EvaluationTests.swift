import Foundation
import Randomness
import Testing
import Text
import Training
import Transformer

@Suite("Evaluation")
struct EvaluationTests {
  @Test("baselines follow their formulas")
  func baselines() throws {
    // Training part abababab, validation part ba: a follows b, which has count 3 of 3 in training.
    let text = "abababab" + "ba"
    let tokenizer = CharacterTokenizer(vocabularyOf: text)
    let dataset = try TokenDataset(TokenIDs(encoding: text, by: tokenizer), validationFraction: 0.2, blockSize: 1)
    let baselines = try #require(Baselines(dataset, vocabularySize: 3))
    #expect(baselines.uniform == log(3))
    #expect(abs(baselines.unigram + log((3.0 + 1) / (7 + 3))) < 1e-15)
    #expect(abs(try #require(baselines.bigram) + log((3.0 + 1) / (3 + 3))) < 1e-15)
  }

  @Test("a windowed loss is the mean over single tokens, overlap or not", arguments: [nil, 1, 3])
  func windows(stride: Int?) throws {
    let tokenizer = CharacterTokenizer(vocabularyOf: smallText)
    let config = smallRecipe().config(vocabularySize: tokenizer.vocabularySize)
    let model = try GPT(config, key: RandomKey(seed: 1))
    let ids = try TokenIDs(encoding: String(smallText.prefix(31)), by: tokenizer)
    let result = try model.evaluate(ids[...], stride: stride, batchSize: 3)
    #expect(result.tokenCount == 30)

    // Token t is scored from the window that reaches it first, with all of that window before it.
    let length = config.contextLength
    var total = 0.0
    for token in 1..<ids.count {
      let start = Swift.max(0, (token - length + (stride ?? length) - 1) / (stride ?? length) * (stride ?? length))
      let first = token <= length ? 0 : start
      let logits = model.logits(Array(ids[first..<token])).slice((token - first - 1)..<(token - first), axis: 1)
      let probabilities = logits.softmax().scalars
      total -= log(probabilities[Int(ids[token])])
    }
    // Thirty float32 losses of order 3.
    #expect(abs(result.loss - total / 30) < 1e-5)
  }

  @Test("a token that is left out is read, and not scored, overlap or not", arguments: [nil, 1, 3])
  func leavingOut(stride: Int?) throws {
    let tokenizer = CharacterTokenizer(vocabularyOf: smallText)
    let config = smallRecipe().config(vocabularySize: tokenizer.vocabularySize)
    let model = try GPT(config, key: RandomKey(seed: 1))
    let corpus = try Corpus("the cat saw ßß the dßg. the bird ßßßßßßßßßßßß saw it")
    let ids = tokenizer.encodeCorpusReplacingUnknown(corpus)
    #expect(ids.count { $0 == CharacterTokenizer.unknownID } == 15)
    let found = try model.evaluate(ids[...], leavingOut: CharacterTokenizer.unknownID, stride: stride, batchSize: 1)
    #expect(found.tokenCount == ids.count - 1 - 15)
    // All of them scored, less those.
    let all = try model.evaluate(ids[...], stride: stride, batchSize: 1)
    var unknown = 0.0
    for window in try WindowedBatches(ids[...], batchSize: 1, length: config.contextLength, stride: stride) {
      let probabilities = model.logits(window.inputs).softmax().floats
      for (place, target) in window.targets.enumerated() where target == CharacterTokenizer.unknownID {
        unknown -= log(Double(probabilities[place * config.vocabularySize]))
      }
    }
    let expected = (all.loss * Double(all.tokenCount) - unknown) / Double(found.tokenCount)
    // Float32 losses of order 3.
    #expect(abs(found.loss - expected) < 1e-5)
  }

  @Test("where every token is left out, none is scored")
  func allLeftOut() throws {
    let tokenizer = CharacterTokenizer(vocabularyOf: smallText)
    let model = try GPT(smallRecipe().config(vocabularySize: tokenizer.vocabularySize), key: RandomKey(seed: 1))
    let ids = tokenizer.encodeCorpusReplacingUnknown(try Corpus(String(repeating: "ß", count: 30)))
    let result = try model.evaluate(ids[...], leavingOut: CharacterTokenizer.unknownID)
    #expect(result.tokenCount == 0)
  }
}
