import Checkpoints
import Foundation
import Layers
import Testing
import Text
import Training
import Transformer

/// A text with something to learn: every word says which comes next.
let smallText = String(repeating: "the cat saw the dog and the dog saw a bird. ", count: 40)

/// A recipe that takes milliseconds a step.
func smallRecipe(_ change: (inout Recipe) -> Void = { _ in }) -> Recipe {
  var options = TrainingOptions()
  (options.maxIterations, options.batchSize, options.warmupIterations) = (12, 3, 4)
  (options.learningRate, options.evalInterval, options.evaluation) = (3e-3, 5, .batches(2))
  var recipe = Recipe(layerCount: 2, headCount: 2, width: 16, contextLength: 8, options: options)
  change(&recipe)
  return recipe
}

/// A fresh trainer of `recipe` on the small text.
func trainer(_ recipe: Recipe = smallRecipe()) throws -> Trainer {
  let tokenizer = CharacterTokenizer(vocabularyOf: smallText)
  let dataset = try TokenDataset(TokenIDs(encoding: smallText, by: tokenizer), blockSize: recipe.model.contextLength)
  return try Trainer(
    recipe.config(vocabularySize: tokenizer.vocabularySize), dataset: dataset, options: recipe.options)
}

/// Trains a run until it has taken so many steps, stops it, and lets go of its directory.
func stopSmallRun(_ recipe: Recipe, in path: String, after wanted: Int) throws {
  var steps = 0
  var run = try TrainingRun(recipe, corpus: smallText, in: RunDirectory(path))
  let outcome = try run.train(onEvent: { if case .step = $0 { steps += 1 } }, shouldStop: { steps == wanted })
  #expect(outcome == .interrupted)
}

/// The elements of all parameters, in their order.
func weights(_ trainer: Trainer) -> [Float] {
  trainer.model.parameters.flatMap(\.floats)
}

/// Calls `body` with the path of a directory that is there only meanwhile.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("minigpt-\(UUID().uuidString)").path
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(path)
}
