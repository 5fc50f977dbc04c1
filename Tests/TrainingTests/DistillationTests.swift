import Autograd
import Files
import Testing
import Training

@Suite("Distillation of n-grams")
struct DistillationTests {
  private func recipe(_ weight: Double) -> Recipe { smallRecipe { $0.options.ngramDistillation = weight } }

  @Test("changes what a step learns, the more the greater its weight")
  func weight() throws {
    let losses = try [0, 0.5, 1].map { weight in
      var trainer = try trainer(recipe(weight))
      return try (trainer.takeStep().loss, weights(trainer))
    }
    #expect(losses[0].1 != losses[1].1)
    #expect(losses[1].1 != losses[2].1)
    // The loss is linear in the targets, and so in the weight; float32 rounds it to some seven digits.
    #expect(abs((losses[0].0 + losses[2].0) / 2 - losses[1].0) < 1e-5)
  }

  @Test("makes the same weights, bit for bit, whatever the number of threads", arguments: [2, 3])
  func threads(_ count: Int) throws {
    func trained() throws -> [Float] {
      var trainer = try trainer(recipe(0.7))
      for _ in 0..<4 { _ = try trainer.takeStep() }
      return weights(trainer)
    }
    #expect(try Processor(threads: count).run(trained) == Processor(threads: 1).run(trained))
  }

  @Test("is left out of a recipe's JSON where there is none, as in those before it")
  func json() throws {
    #expect(!recipe(0).json.compact.contains("ngram"))
    #expect(recipe(0.7).json.compact.contains(#""ngram_distillation":0.7"#))
  }
}
