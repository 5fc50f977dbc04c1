import Autograd
import Randomness
import Testing
import Transformer

/// Each test leaves one path through the model alive, so that one place of dropout alone can change the loss.
@Suite("Dropout")
struct DropoutTests {
  /// The losses under 32 draws of a model in which only parameters whose names contain one of `alive` are not zero.
  private func losses(alive: [String], length: Int = 5) throws -> [Double] {
    let config = GPTConfig(
      vocabularySize: 7, layerCount: 1, headCount: 1, width: 16, contextLength: length, tiesHead: false)
    var model = try GPT(config, key: RandomKey(seed: 9))
    var number: UInt64 = 0
    model.visitParameters { name, tensor in
      number += 1
      let isAlive = name == "norm.weight" || (alive + ["head"]).contains { name.contains($0) }
      tensor = .normal(tensor.shape, deviation: isAlive ? 1 : 0, key: RandomKey(seed: number))
    }
    let tokens = (0..<length).map { Int32($0 % 7) }
    return (0..<32 as Range<UInt64>).map { seed in
      let draw = Dropout(probability: 0.5, key: RandomKey(seed: seed))
      return model.loss(inputs: tokens, targets: tokens, batchSize: 1, dropout: draw).item
    }
  }

  @Test("has nothing to act on in a model of zeros")
  func nothing() throws {
    #expect(Set(try losses(alive: [])).count == 1)
  }

  @Test("acts on the embedding")
  func embedding() throws {
    #expect(Set(try losses(alive: ["embedding"])).count > 16)
  }

  @Test(
    "acts on what either branch adds to the residual stream", arguments: ["attention.output.bias", "mlp.contract.bias"])
  func branches(_ alive: String) throws {
    #expect(Set(try losses(alive: [alive])).count > 16)
  }

  @Test("acts on attention's weights")
  func attentionWeights() throws {
    // A single position has a single weight: where it is dropped, which is half of the draws, nothing comes through.
    let silent = try losses(alive: [], length: 1)[0]
    let count = try losses(alive: ["attention.qkv.bias", "attention.output.weight"], length: 1).count { $0 == silent }
    // Five standard deviations of the binomial distribution: √(32 / 4) ≈ 2.8.
    #expect(abs(count - 16) < 15)
    #expect(count > 0)
  }
}
