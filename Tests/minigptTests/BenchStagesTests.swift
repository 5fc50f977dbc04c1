import Randomness
import Testing
import Text
import Training
import Transformer
import minigpt

@Suite("The parts of a training step")
struct BenchStagesTests {
  private static func trainer() throws -> Trainer {
    var options = TrainingOptions()
    (options.batchSize, options.maxIterations, options.gradientClip) = (3, 10, 0.5)
    let config = GPTConfig(vocabularySize: 11, layerCount: 2, headCount: 2, width: 8, contextLength: 6)
    let ids = (0..<200).map { Int32($0 * 7 % 11) }
    let dataset = try TokenDataset(TokenIDs(ids, vocabularySize: 11), validationFraction: 0.1, blockSize: 6)
    return try Trainer(config, dataset: dataset, options: options)
  }

  @Test("steps taken part by part are the trainer's own, bit for bit")
  func sameSteps() throws {
    var trainer = try Self.trainer()
    _ = try trainer.takeStep()
    // The trainer's own key of batches.
    let key = RandomKey(seed: trainer.options.seed).derived(by: 1)
    var staged = StagedTraining(continuing: trainer, batchKey: key)
    for _ in 0..<4 { #expect(try trainer.takeStep().loss == staged.takeStep().loss) }
  }

  @Test("every part is timed")
  func everyPart() throws {
    var staged = StagedTraining(continuing: try Self.trainer(), batchKey: RandomKey(seed: 1))
    let milliseconds = staged.takeStep().milliseconds
    #expect(Set(milliseconds.keys) == Set(TrainingStage.allCases))
    #expect(milliseconds.values.allSatisfy { $0 > 0 })
  }
}
