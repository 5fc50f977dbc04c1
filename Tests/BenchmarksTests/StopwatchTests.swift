import Benchmarks
import Testing
import Text
import Training
import Transformer

@Suite("The parts of a training step")
struct StopwatchTests {
  private static func trainer() throws -> Trainer {
    var options = TrainingOptions()
    (options.batchSize, options.maxIterations, options.gradientAccumulationSteps) = (3, 10, 2)
    let config = GPTConfig(vocabularySize: 11, layerCount: 2, headCount: 2, width: 8, contextLength: 6)
    let ids = (0..<200).map { Int32($0 * 7 % 11) }
    let dataset = try TokenDataset(TokenIDs(ids, vocabularySize: 11), validationFraction: 0.1, blockSize: 6)
    return try Trainer(config, dataset: dataset, options: options)
  }

  @Test("end in their order, once for each accumulated batch")
  func order() throws {
    var trainer = try Self.trainer()
    var ended: [TrainingStage] = []
    _ = try trainer.takeStep { ended.append($0) }
    #expect(ended == [.data, .forward, .backward, .forward, .backward, .optimizer])
  }

  @Test("take together what the watch saw")
  func watch() throws {
    var trainer = try Self.trainer()
    var watch = Stopwatch()
    let elapsed = try ContinuousClock().measure { _ = try trainer.takeStep { watch.lap($0) } }
    #expect(Set(watch.milliseconds.keys) == Set(TrainingStage.allCases))
    #expect(watch.milliseconds.values.allSatisfy { $0 > 0 })
    #expect(watch.milliseconds.values.reduce(0, +) <= elapsed.seconds * 1e3 + 1)
  }
}
