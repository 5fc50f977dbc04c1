import Autograd
import Layers
import Randomness
import Testing
import Transformer

@Suite("A model with a larger vocabulary")
struct VocabularyExtensionTests {
  @Test(
    "says of its own tokens what it said, and draws the other rows by the key",
    arguments: ModelArchitecture.allCases)
  func knownTokens(architecture: ModelArchitecture) throws {
    let config = GPTConfig(
      architecture, vocabularySize: 7, layerCount: 2, headCount: 2, width: 8, contextLength: 5)
    let model = try GPT(config, key: RandomKey(seed: 1))
    let extended = try model.extended(toVocabularyOf: 9, key: RandomKey(seed: 2))
    #expect(extended.config.vocabularySize == 9 && extended.config.layerCount == 2)

    let tokens: [Int32] = [3, 6, 0, 1, 1]
    let (before, after) = (model.logits(tokens).scalars, extended.logits(tokens).scalars)
    for position in tokens.indices {
      #expect(after[9 * position..<9 * position + 7].elementsEqual(before[7 * position..<7 * position + 7]))
    }
    let fresh = try GPT(extended.config, key: RandomKey(seed: 2))
    for ((name, table), other) in zip(extended.namedParameters, fresh.parameters) where table.shape[0] == 9 {
      #expect(table.scalars[56...].elementsEqual(other.scalars[56...]), "\(name)")
      #expect(!table.scalars[..<56].elementsEqual(other.scalars[..<56]), "\(name)")
    }
  }
}
