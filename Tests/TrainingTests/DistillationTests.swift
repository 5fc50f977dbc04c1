import Autograd
import Files
import NGrams
import Randomness
import Testing
import Text
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

  @Test("has for each position of a batch what the other parts of the training split say comes after it")
  func positions() throws {
    let trainer = try trainer(recipe(0.7))
    let (dataset, size) = (trainer.dataset, trainer.model.config.vocabularySize)
    let training = dataset[.training]
    let teacher = try #require(NGramTeacher(dataset, vocabularySize: size, recipe(0.7).options))
    let batch = RandomBatches(training, batchSize: 3, length: 8, key: RandomKey(seed: 1)).batch(at: 0)
    let found = teacher.softTargets(for: batch)
    #expect(found.weight == 0.7)
    let model = CrossFittedKneserNey(
      training, vocabularySize: size, order: NGramTeacher.order, limit: NGramTeacher.mostTokens)
    let expected = batch.starts.flatMap { start in
      (0..<8).flatMap { offset in
        [Float](unsafeUninitializedCapacity: size) { row, count in
          model.distribution(at: start + offset + 1, into: row)
          count = size
        }
      }
    }
    #expect(found.probabilities.floats == expected)
    // Not that of another place.
    #expect(Set(expected.map(\.bitPattern)).count > 20)
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
