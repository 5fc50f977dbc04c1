import Autograd
import Checkpoints
import Files
import Foundation
import Testing
import Training

@Suite("A model that is not finite")
struct SpoiledModelTests {
  private func train(_ recipe: Recipe, in path: String) throws -> TrainingRun.Outcome {
    var run = try TrainingRun(recipe, corpus: smallText, in: RunDirectory(path))
    return try run.train(onEvent: { _ in })
  }

  @Test("is not saved: a huge learning rate ends with an error, and no checkpoint is called the best")
  func hugeLearningRate() throws {
    try withTemporaryDirectory { path in
      let recipe = smallRecipe {
        ($0.options.learningRate, $0.options.warmupIterations, $0.options.maxIterations) = (1e10, 0, 1)
      }
      let error = #expect(throws: TrainingError.self) { try train(recipe, in: path) }
      #expect(error?.description.contains("step 1: the loss of an evaluation is not finite") == true)
      #expect(error?.description.contains("The first to overflow was the output of blocks.") == true)
      let saved = try RunDirectory(path).survey().whole
      #expect(saved.isEmpty)
      for link in ["best", "last"] { #expect(FileManager.default.contents(atPath: path + "/" + link) == nil) }
    }
  }

  /// A recipe of six steps that keeps one checkpoint. The first step's learning rate is almost 0, the second's almost 10²⁴,
  /// after which the weights are finite, the loss not.
  private func spoiling(saveInterval: Int) -> Recipe {
    smallRecipe {
      ($0.options.learningRate, $0.options.minLearningRate, $0.options.warmupIterations) = (1e-3, 1e25, 0)
      ($0.options.maxIterations, $0.options.saveInterval, $0.options.keep) = (6, saveInterval, 1)
    }
  }

  @Test("does not replace the last good checkpoint, though one is saved after each step and one is kept")
  func keepsTheGoodOne() throws {
    try withTemporaryDirectory { path in
      let recipe = spoiling(saveInterval: 1)
      for _ in 0..<2 {
        let saved = try SavedRun(RunDirectory(path))
        var run =
          try saved.map { try TrainingRun(resuming: $0, recipe, corpus: smallText) }
          ?? TrainingRun(recipe, corpus: smallText, in: RunDirectory(path))
        let error = #expect(throws: TrainingError.self) { try run.train(onEvent: { _ in }) }
        #expect(error?.description.hasPrefix("training diverged at step 2: the loss is not finite") == true)
        #expect(error?.description.contains("What is saved is good: \(path)/checkpoint-1.") == true)
        let steps = try RunDirectory(path).survey().whole.map(\.step)
        #expect(steps == [1])
      }
    }
  }

  @Test("is not saved when it is interrupted either")
  func interrupted() throws {
    try withTemporaryDirectory { path in
      let recipe = spoiling(saveInterval: 5)
      var run = try TrainingRun(recipe, corpus: smallText, in: RunDirectory(path))
      var steps = 0
      let error = #expect(throws: TrainingError.self) {
        try run.train(onEvent: { if case .step = $0 { steps += 1 } }, shouldStop: { steps >= 2 })
      }
      #expect(error?.description.contains("Nothing was saved") == true)
      let saved = try RunDirectory(path).survey().whole
      #expect(saved.isEmpty)
    }
  }

  @Test("is named by its file and tensor when a run is resumed from it", arguments: [true, false])
  func resumed(isWeight: Bool) throws {
    try withTemporaryDirectory { path in
      #expect(try train(smallRecipe(), in: path) == .finished)
      let file = path + "/checkpoint-12/" + (isWeight ? "model.safetensors" : "optimizer.safetensors")
      try edit(file, in: path + "/checkpoint-12") { bytes in
        // The last element of the last tensor.
        bytes.replaceSubrange((bytes.count - 4)..., with: withUnsafeBytes(of: Float.nan) { Array($0) })
      }
      let saved = try #require(try SavedRun(RunDirectory(path)))
      let longer = smallRecipe { $0.options.maxIterations = 13 }.resuming(saved.recipe)
      let error = #expect(throws: FileError.self) {
        try TrainingRun(resuming: saved, longer, corpus: smallText)
      }
      let tensor = (isWeight ? "" : "exp_avg_sq.") + "model.norm.weight"
      #expect(
        error?.description == "\(file): \(tensor) holds numbers that are not finite; take another checkpoint of the run"
      )
    }
  }
}

/// Changes the bytes of a file in a checkpoint, and what the manifest says of it.
func edit(_ file: String, in checkpoint: String, _ change: (inout [UInt8]) throws -> Void) throws {
  var bytes = [UInt8](try #require(FileManager.default.contents(atPath: file)))
  try change(&bytes)
  try Data(bytes).write(to: URL(fileURLWithPath: file))
  var hash = SHA256()
  bytes.withUnsafeBytes { hash.update($0) }
  let path = checkpoint + "/manifest.json"
  let text = try String(contentsOfFile: path, encoding: .utf8)
  var manifest = try JSON(parsing: text, from: path)
  var files = try #require(manifest["files"])
  files[String(file.dropFirst(checkpoint.count + 1))] = [
    "bytes": .integer(bytes.count), "sha256": .string(hash.hexadecimal),
  ]
  manifest["files"] = files
  try Data((manifest.pretty + "\n").utf8).write(to: URL(fileURLWithPath: path))
}
