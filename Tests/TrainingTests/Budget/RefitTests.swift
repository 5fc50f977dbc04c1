import Checkpoints
import Files
import Foundation
import Optimizers
import Testing
import Training

@Suite("A run with a pace")
struct RefitTests {
  /// Twenty steps, of which the last eight come after the pace is looked at.
  private let recipe = smallRecipe {
    ($0.options.maxIterations, $0.options.decayIterations, $0.options.keep) = (20, 20, 99)
    ($0.options.dropout, $0.options.sampleInterval) = (0.1, 4)
  }

  /// Trains a run whose steps take a second, with a budget of so many; stops after a step if asked to.
  @discardableResult
  private func train(
    _ recipe: Recipe, budget: Double, in path: String, stop: Int = .max, onEvent: (TrainingEvent) -> Void = { _ in }
  ) throws -> Recipe {
    let clock = FakeClock()
    var run = try TrainingRun(recipe, corpus: smallText, in: RunDirectory(path))
    run.writesSample = { model, _, seed in "\(model.config.width) \(seed)" }
    run.pace = Pace(budget: budget, endingSeconds: 0, clock: clock.wall, from: 0, to: 20, movesDecay: true)
    var step = 0
    let outcome = try run.train(
      onEvent: { event in
        if case .step(let report, _, _) = event {
          step = report.step
          clock.advance(1)
        }
        onEvent(event)
      }, shouldStop: { step >= stop })
    #expect(outcome == (stop == .max ? .finished : .interrupted))
    return run.recipe
  }

  /// Trains by a recipe alone, or goes on so.
  private func train(_ recipe: Recipe? = nil, in path: String) throws {
    let saved = recipe == nil ? try SavedRun(RunDirectory(path)) : nil
    var run =
      try saved.map { try TrainingRun(resuming: $0, $0.recipe, corpus: smallText) }
      ?? TrainingRun(try #require(recipe), corpus: smallText, in: RunDirectory(path))
    run.writesSample = { model, _, seed in "\(model.config.width) \(seed)" }
    #expect(try run.train(onEvent: { _ in }) == .finished)
  }

  /// Expects every file of the last checkpoints of two runs to be the same, and the lines of their records but for those
  /// of `refit` and of checkpoints.
  private func expectSame(_ a: String, _ b: String, _ comment: Comment) throws {
    let last = try [a, b].map { try #require(try RunDirectory($0).survey().whole.last).path }
    let files = try FileManager.default.contentsOfDirectory(atPath: last[0])
    // A text on one line has an opening.json too.
    #expect(files.count == 8)
    for file in files {
      let bytes = last.map { FileManager.default.contents(atPath: $0 + "/" + file) }
      #expect(bytes[0] == bytes[1], "\(file), \(comment)")
    }
    let lines = try [a, b].map { path in
      try record(path).filter { !$0.hasPrefix("refit") && !$0.hasPrefix("checkpoint") }
    }
    #expect(lines[0] == lines[1], comment)
  }

  /// Each line's event and step.
  private func record(_ path: String) throws -> [String] {
    try String(contentsOfFile: path + "/metrics.jsonl", encoding: .utf8).split(separator: "\n").map { line in
      let event = try JSON(parsing: String(line), from: "metrics.jsonl")
      guard case .string(let kind) = event["event"], case .integer(let step) = event["step"] else { return "?" }
      return "\(kind) \(step)"
    }
  }

  @Test("ends when its budget does, and the recipe that it ends with makes the same bytes", arguments: [16.0, 20, 31])
  func sameBytes(budget: Double) throws {
    try withTemporaryDirectory { path in
      var rates: [Double] = []
      let final = try train(recipe, budget: budget, in: path + "/a") { event in
        if case .step(let report, _, _) = event { rates.append(report.learningRate) }
      }
      // The clock is looked at before the last second is over: after 12 steps, or the first second past 9.6.
      let (step, steps) = [16: (11, 17), 20: (12, 21), 31: (12, 33)][Int(budget)] ?? (0, 0)
      #expect(final.options.maxIterations == steps)
      #expect(final.options.decayRefits == [.init(step: step, end: steps)])
      // The next rate is the planned one: no jump.
      #expect(rates.count == steps && rates[step] == recipe.options.schedule(step))
      #expect(zip(rates.dropFirst(5), rates.dropFirst(6)).allSatisfy { $0 > $1 })
      try train(final, in: path + "/b")
      try expectSame(path + "/a", path + "/b", "\(budget)")
      #expect(try record(path + "/a").filter { $0.hasPrefix("refit") } == ["refit \(step)"])
    }
  }

  @Test(
    "stopped and resumed without a clock does what was decided until then", arguments: [7, 11, 12, 13, 15],
    [true, false])
  func resumed(stop: Int, savesOften: Bool) throws {
    try withTemporaryDirectory { path in
      var recipe = recipe
      if savesOften { recipe.options.saveInterval = 1 }
      let decided = try train(recipe, budget: 31, in: path + "/a", stop: stop)
      #expect(decided.options.decayRefits.isEmpty == (stop < 12))
      #expect(decided.options.maxIterations == (stop < 12 ? 20 : 33))
      try train(in: path + "/a")
      try train(decided, in: path + "/b")
      try expectSame(path + "/a", path + "/b", "stopped after \(stop)")
      let record = try record(path + "/a")
      #expect(record.filter { $0.hasPrefix("refit") } == (stop < 12 ? [] : ["refit 12"]))
      #expect(Set(record).count == record.count)
      #expect(try MetricsRecord(of: RunDirectory(path + "/a")).problems.isEmpty)
    }
  }

  @Test("killed after its length was changed, goes on as decided in the checkpoint that is left")
  func killed() throws {
    try withTemporaryDirectory { path in
      struct Killed: Error {}
      try train(recipe, budget: 31, in: path + "/a", stop: 14)
      // The checkpoint of the interruption is lost, as where a power cut came before it: that of step 10 is the last.
      try FileManager.default.removeItem(atPath: path + "/a/checkpoint-14")
      try train(in: path + "/a")
      try train(recipe, in: path + "/b")
      try expectSame(path + "/a", path + "/b", "killed")
      #expect(try record(path + "/a").contains { $0.hasPrefix("refit") } == false)
    }
  }

  @Test("that goes on for longer takes what is left of the decay with it")
  func extended() throws {
    try withTemporaryDirectory { path in
      try train(recipe, budget: 20.5, in: path, stop: 8)
      let saved = try #require(try SavedRun(RunDirectory(path)))
      var longer = saved.recipe
      longer.options.maxIterations = 30
      var run = try TrainingRun(resuming: saved, longer, corpus: smallText)
      var last = 0.0
      try run.refit(to: 30, movingDecay: true) { _ in }
      #expect(
        try run.train(onEvent: { if case .step(let report, _, _) = $0 { last = report.learningRate } }) == .finished)
      #expect(run.recipe.options.decayRefits == [.init(step: 8, end: 30)])
      #expect(run.trainer.step == 30 && last > run.recipe.options.minLearningRate)
    }
  }

  @Test("is told by flags, from which the same recipe follows")
  func flags() throws {
    var recipe = recipe
    recipe.options.optimizer = .muon
    (recipe.options.maxIterations, recipe.options.decayRefits) = (
      33, [.init(step: 12, end: 33), .init(step: 20, end: 40)]
    )
    for base in Preset.all.map(\.recipe) {
      let flags = recipe.flags(over: base)
      var again = base
      for flag in flags {
        let setting = try #require(Recipe.settings.first { $0.name == flag.name })
        let change = try #require(setting.change(flag.text))
        change(&again)
      }
      #expect(again.json == recipe.json)
      let refits = flags.first { $0.name == "lr_refit" }?.text
      #expect(refits == "12:33,20:40")
      #expect(base.flags(over: base).isEmpty)
    }
  }

  @Test(
    "has changes of the decay's length only in order, after the warm-up and before the end",
    arguments: [
      ("3:30", false), ("4:30", true), ("19:20", true), ("20:30", false), ("12:12", false), ("12:30,12:31", false),
      ("12:30,29:31", true), ("12:30,30:31", false),
    ])
  func order(text: String, isValid: Bool) throws {
    var recipe = recipe
    let change = try #require(Recipe.settings.first { $0.name == "lr_refit" }?.change(text))
    change(&recipe)
    #expect(((try? recipe.validate()) != nil) == isValid)
  }

  @Test(
    "has changes written as step:end and as nothing else",
    arguments: ["", "12", "12:", ":3", "a:b", "1:2:3", "1:2,", "-1:2", "1:9e9"])
  func refused(text: String) throws {
    #expect(try #require(Recipe.settings.first { $0.name == "lr_refit" }).change(text) == nil)
  }
}
