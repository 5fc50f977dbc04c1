import Checkpoints
import Files
import Foundation
import Testing
import Training

@Suite("What a checkpoint says twice or out of range")
struct StoredStateTests {
  /// A change of a document by hand: each of the members from the root is `path`, and the last gets `value`.
  private func change(_ json: JSON, _ path: ArraySlice<String>, to value: JSON) -> JSON {
    guard let name = path.first else { return value }
    var json = json
    json[name] = change(json[name] ?? .null, path.dropFirst(), to: value)
    return json
  }

  /// The error of resuming a run of twelve steps after `file` of its last checkpoint was changed by hand.
  private func refusal(
    _ file: String, _ place: String, _ value: JSON, recipe: Recipe = smallRecipe()
  ) throws -> (error: (any Error)?, path: String) {
    try withTemporaryDirectory { path in
      var run: TrainingRun? = try TrainingRun(recipe, corpus: smallText, in: RunDirectory(path))
      _ = try run?.train(onEvent: { _ in })
      run = nil
      let checkpoint = path + "/checkpoint-12"
      try edit(checkpoint + "/" + file, in: checkpoint) { bytes in
        let json = try JSON(parsing: bytes, from: file)
        let parts = place.split(separator: ".").map(String.init)
        bytes = Array((change(json, parts[...], to: value).pretty + "\n").utf8)
      }
      do {
        let saved = try #require(try SavedRun(RunDirectory(path)))
        _ = try TrainingRun(resuming: saved, saved.recipe, corpus: smallText)
        return (nil, checkpoint)
      } catch {
        return (error, checkpoint)
      }
    }
  }

  /// Expects a `FileError` that begins with the checkpoint's path and `beginning`, and says `message`.
  private func expectRefusal(
    _ file: String, _ place: String, _ value: JSON, _ beginning: String, _ message: String
  ) throws {
    let (error, path) = try refusal(file, place, value)
    #expect(error is FileError)
    let text = error.map { "\($0)" } ?? ""
    #expect(text.hasPrefix("\(path)/\(beginning)") && text.contains(message), "\(text)")
  }

  @Test(
    "is refused where config.json and the recipe are of different models, field by field",
    arguments: [
      ("max_position_embeddings", 300, "max_position_embeddings is 300, by the recipe in trainer_state.json it is 8"),
      ("sliding_window", 4, "sliding_window is 4, by the recipe in trainer_state.json it is null"),
      ("norm_epsilon", 0.001, "norm_epsilon is 0.001, by the recipe in trainer_state.json it is 1e-05"),
      (
        "rope_parameters.rope_theta", 500.0, "rope_theta is 500.0, by the recipe in trainer_state.json it is 10000.0"
      ),
    ] as [(String, JSON, String)])
  func configuration(field: String, value: JSON, message: String) throws {
    try expectRefusal("config.json", field, value, "config.json: ", message)
  }

  @Test(
    "is refused where trainer_state.json cannot be so; the message names the place",
    arguments: [
      ("step", 11, "step: 11, where the directory's name says 12"),
      ("trainer.recipe.block_size", 300, "max_position_embeddings is 8, by the recipe in trainer_state.json it is 300"),
      (
        "trainer.recipe.n_embd", 17,
        "trainer.recipe: the width 17 is not divisible by the number of heads 2 (`n_head`, `n_embd`)"
      ),
      ("trainer.recipe.warmup_iters", 13, "trainer.recipe: `warmup_iters` (13) is longer than the decay"),
      (
        "trainer.patience.evaluations_since", .integer(.max),
        "trainer.patience.evaluations_since: expected an integer from 0 to 12, found 9223372036854775807"
      ),
      ("trainer.patience.evaluations_since", -1, "evaluations_since: expected an integer from 0 to 12, found -1"),
      ("trainer.corpus.characters", -1, "trainer.corpus.characters: expected an integer from 0 to"),
      ("trainer.batch_offset", -1, "trainer.batch_offset: expected an integer from 0 to 2147483647, found -1"),
      ("trainer.consecutive_skips", 3, "trainer.consecutive_skips: expected an integer from 0 to 2, found 3"),
      ("trainer.return_step", 13, "trainer.return_step: expected an integer from 0 to 12, found 13"),
    ] as [(String, JSON, String)])
  func state(field: String, value: JSON, message: String) throws {
    try expectRefusal("trainer_state.json", field, value, "", message)
  }

  @Test("is not begun with where it takes more memory than there is, however large")
  func memory() throws {
    // Of 2²⁷ tokens, each with two blocks' activations of some 1.3 KB: 320 GiB.
    let recipe = smallRecipe { $0.model.contextLength = 128 }
    let (error, _) = try refusal(
      "trainer_state.json", "trainer.recipe.batch_size", .integer(1 << 20), recipe: recipe)
    #expect(error is MemoryError)
    #expect(error.map { "\($0)" }?.contains("batches of 1048576 takes about ") == true)
  }

  @Test("goes on where a number is large and nothing speaks against it")
  func largeNumbers() throws {
    for (field, value) in [("max_iters", Int.max), ("eval_interval", .max), ("keep", .max), ("lr_decay_iters", .max)] {
      #expect(
        try refusal("trainer_state.json", "trainer.recipe.\(field)", .integer(value)).error == nil, "\(field)")
    }
    var options = smallRecipe().options
    (options.warmupIterations, options.decayIterations, options.maxIterations) = (.max, .max, .max)
    #expect(options.schedule(3) > 0 && options.schedule(.max - 1) > 0)
  }
}
