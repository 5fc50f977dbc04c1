import Files
import Foundation
import Testing
import minigpt

@Suite("How long a run is")
struct TrainingTimeTests {
  private func budget(
    _ time: TrainingTime = .usual, isOfBundledCorpus: Bool = false, hasPreset: Bool = false, _ settings: String...
  ) -> Duration? {
    time.budget(isOfBundledCorpus: isOfBundledCorpus, hasPreset: hasPreset, changing: Set(settings))
  }

  @Test("two minutes, for a text of one's own, also where its model is given")
  func ownText() {
    #expect(budget() == .seconds(120))
    #expect(budget(.usual, "n_layer", "eval_interval") == .seconds(120))
  }

  @Test("what its settings say, where they say it, with a preset and with none; and so for the bundled corpus")
  func steps() {
    for setting in ["max_iters", "lr_decay_iters", "lr_refit"] { #expect(budget(.usual, setting) == nil) }
    #expect(budget(hasPreset: true) == nil && budget(isOfBundledCorpus: true) == nil && budget(.steps) == nil)
  }

  @Test("the budget that is named, wherever that is")
  func named() {
    let nine = Duration.seconds(9)
    #expect(budget(.budget(nine)) == nine && budget(.budget(nine), hasPreset: true) == nine)
    #expect(budget(.budget(nine), isOfBundledCorpus: true) == nine)
  }

  @Test("said first by the program")
  func program() throws {
    let workspace = try Workspace()
    let model = ["--n-layer", "1", "--n-embd", "16", "--block-size", "8", "--batch-size", "1"]
    let words = ["train", "fox.txt", "--json"] + model
    let running = try BuiltProgram.Running(BuiltProgram.path, words, in: workspace.folder)
    running.waitForOutput()
    running.signal(SIGKILL)
    let first = try #require(running.outcome().output.split(separator: "\n").first)
    let event = try JSON(parsing: String(first), from: "standard output")
    #expect(event["event"] == "budget" && event["seconds"] == .number(120))
  }
}
