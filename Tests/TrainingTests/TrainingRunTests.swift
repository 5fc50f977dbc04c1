import Autograd
import Checkpoints
import Files
import Foundation
import Testing
import Training
import Transformer

@Suite("A run")
struct TrainingRunTests {
  @Test("saves checkpoints, links the best and the last, and records its steps")
  func saves() throws {
    try withTemporaryDirectory { path in
      var events: [TrainingEvent] = []
      var run = try TrainingRun(smallRecipe(), corpus: smallText, in: RunDirectory(path))
      #expect(try run.train(onEvent: { events.append($0) }) == .finished)
      let steps = events.compactMap { if case .step(let report, _, _) = $0 { report.step } else { nil } }
      let saved = events.compactMap { if case .checkpoint(let step, _) = $0 { step } else { nil } }
      #expect(steps == Array(1...12))
      #expect(saved == [5, 10, 12])
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path + "/last") == "checkpoint-12")
      let lines = try String(contentsOfFile: path + "/metrics.jsonl", encoding: .utf8).split(separator: "\n")
      #expect(lines.count == events.count)
      let checkpoint = try Checkpoint(directory: RunDirectory.checkpoint(at: path))
      #expect(checkpoint.tokenizer.isEqual(to: run.tokenizer))
    }
  }

  @Test(
    "stopped and resumed with other threads ends in the same bytes as undisturbed",
    arguments: ModelArchitecture.allCases, OptimizerKind.allCases)
  func exactResume(architecture: ModelArchitecture, optimizer: OptimizerKind) throws {
    try withTemporaryDirectory { path in
      let recipe = smallRecipe {
        $0.model.architecture = architecture
        ($0.options.optimizer, $0.options.dropout, $0.options.keep) = (optimizer, 0.1, 9)
      }
      var undisturbed = try TrainingRun(recipe, corpus: smallText, in: RunDirectory(path + "/a"))
      _ = try undisturbed.train(onEvent: { _ in })

      try stopSmallRun(recipe, in: path + "/b", after: 7)
      let saved = try #require(try SavedRun(RunDirectory(path + "/b")))
      #expect(saved.step == 7)
      try Processor(threads: 3).run {
        var resumed = try TrainingRun(resuming: saved, saved.recipe, corpus: smallText)
        #expect(try resumed.train(onEvent: { _ in }) == .finished)
      }
      for file in ["model.safetensors", "optimizer.safetensors", "config.json", "tokenizer.json"] {
        let bytes = ["/a/last/", "/b/last/"].map { FileManager.default.contents(atPath: path + $0 + file) }
        #expect(bytes[0] != nil && bytes[0] == bytes[1], "\(file)")
      }
      let metrics = try String(contentsOfFile: path + "/b/metrics.jsonl", encoding: .utf8).split(separator: "\n")
      #expect(metrics.count { $0.contains("\"event\":\"step\"") } == 12)
    }
  }

  @Test("takes up at a step that is saved without saving it again, and keeps as many as it is told now")
  func resumesAtASavedStep() throws {
    try withTemporaryDirectory { path in
      let recipe = smallRecipe { ($0.options.saveInterval, $0.options.keep) = (2, 9) }
      try stopSmallRun(recipe, in: path, after: 8)
      func inode() throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path + "/checkpoint-8")[.systemFileNumber] as? Int
      }
      let before = try inode()
      let saved = try #require(try SavedRun(RunDirectory(path)))
      var keepingTwo = saved.recipe
      keepingTwo.options.keep = 2
      var resumed = try TrainingRun(resuming: saved, keepingTwo, corpus: smallText)
      let kept = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasPrefix("checkpoint-") }
      #expect(Set(kept).isSubset(of: ["checkpoint-5", "checkpoint-6", "checkpoint-8"]))  // 5 may be the best
      var events: [TrainingEvent] = []
      _ = try resumed.train(onEvent: { events.append($0) }, shouldStop: { true })
      // It tells of its baselines again, and of nothing else.
      #expect(events.map(\.json["event"]) == ["baselines"])
      #expect(try inode() == before)
      let lines = try String(contentsOfFile: path + "/metrics.jsonl", encoding: .utf8).split(separator: "\n")
      #expect(lines.count { $0.contains("\"event\":\"checkpoint\",\"step\":8,") } == 1)
    }
  }

  @Test("goes with its directory where that is moved, and leaves another that takes its place alone")
  func movedAway() throws {
    try withTemporaryDirectory { path in
      var run = try TrainingRun(smallRecipe(), corpus: smallText, in: RunDirectory(path + "/run"))
      var successor: TrainingRun?
      func move() throws {
        try FileManager.default.moveItem(atPath: path + "/run", toPath: path + "/moved")
        successor = try TrainingRun(smallRecipe(), corpus: smallText, in: RunDirectory(path + "/run"))
      }
      _ = try run.train(onEvent: { event in
        guard case .step(let report, _, _) = event, report.step == 3 else { return }
        #expect(throws: Never.self) { try move() }
      })
      #expect(try RunDirectory(path + "/moved").survey().whole.last?.step == 12)
      #expect(try RunDirectory(path + "/run").survey().whole.isEmpty)
      #expect(successor != nil)
    }
  }

  @Test("does not begin where another is, which is asked under the lock")
  func occupied() throws {
    try withTemporaryDirectory { path in
      try trainSmallRun(in: path)
      #expect(throws: TrainingError.holdsRun(path: path)) {
        try TrainingRun(smallRecipe(), corpus: smallText, in: RunDirectory(path))
      }
    }
  }

  @Test("is not resumed with another corpus or shape; the message names what differs")
  func refusesOtherSettings() throws {
    try withTemporaryDirectory { path in
      try trainSmallRun(in: path)
      let saved = try #require(try SavedRun(RunDirectory(path)))
      #expect(saved.isFinished(by: saved.recipe))

      var other = saved.recipe
      (other.model.width, other.options.seed, other.options.maxIterations) = (32, 1, 99)
      other.options.optimizer = .muon
      do {
        _ = try TrainingRun(resuming: saved, other, corpus: smallText)
        Issue.record("resumed")
      } catch let error as TrainingError {
        for named in ["`n_embd` was 16, is 32", "`seed` was 1337, is 1", "`optimizer` was adamw, is muon"] {
          #expect(error.description.contains(named))
        }
        #expect(!error.description.contains("max_iters"))
      }
      let count = smallText.unicodeScalars.count
      #expect(throws: TrainingError.otherText(path: path, characters: count, found: count + 1)) {
        try TrainingRun(resuming: saved, saved.recipe, corpus: smallText + "!")
      }
    }
  }

  @Test("goes on when only its length changes")
  func longer() throws {
    try withTemporaryDirectory { path in
      try trainSmallRun(in: path)
      let saved = try #require(try SavedRun(RunDirectory(path)))
      var longer = saved.recipe
      longer.options.maxIterations = 15
      var resumed = try TrainingRun(resuming: saved, longer, corpus: smallText)
      #expect(try resumed.train(onEvent: { _ in }) == .finished)
      #expect(resumed.trainer.step == 15)
    }
  }

  @Test("ends early when its patience is over")
  func patience() throws {
    try withTemporaryDirectory { path in
      let recipe = smallRecipe {
        $0.options.learningRate = 0  // Nothing is learned, so the second evaluation is no better than the first.
        $0.options.minLearningRate = 0
        $0.options.patience = 1
      }
      var run = try TrainingRun(recipe, corpus: smallText, in: RunDirectory(path))
      #expect(try run.train(onEvent: { _ in }) == .outOfPatience)
      #expect(run.trainer.step == 10)
    }
  }

  @Test("cut off in an evaluation and resumed makes up for it, and ends as undisturbed")
  func stoppedInEvaluation() throws {
    try withTemporaryDirectory { path in
      let recipe = smallRecipe { $0.options.patience = 9 }
      try trainSmallRun(recipe, in: path + "/a")
      // Step 10 is due for its evaluation; the first call is before the first step, the next within evaluations.
      try stopSmallRun(recipe, in: path + "/b", after: 10)
      let saved = try #require(try SavedRun(RunDirectory(path + "/b")))
      var resumed = try TrainingRun(resuming: saved, saved.recipe, corpus: smallText)
      var evaluated: [Int] = []
      _ = try resumed.train(onEvent: { if case .evaluation(let report) = $0 { evaluated.append(report.step) } })
      #expect(evaluated == [10, 12])
      for file in ["checkpoint-10/trainer_state.json", "last/trainer_state.json", "last/optimizer.safetensors"] {
        let bytes = ["/a/", "/b/"].map { FileManager.default.contents(atPath: path + $0 + file) }
        #expect(bytes[0] != nil && bytes[0] == bytes[1], "\(file)")
      }
      // Each line begins with its event and step.
      let lines = try ["/a", "/b"].map { run in
        try String(contentsOfFile: path + run + "/metrics.jsonl", encoding: .utf8).split(separator: "\n")
          .map { $0.split(separator: ",").prefix(2).joined() }
      }
      #expect(lines[0] == lines[1])
    }
  }

  @Test("out of patience is finished, until it is given more")
  func resumedOutOfPatience() throws {
    try withTemporaryDirectory { path in
      let recipe = smallRecipe {
        ($0.options.learningRate, $0.options.minLearningRate, $0.options.patience) = (0, 0, 1)
      }
      try trainSmallRun(recipe, in: path)
      let saved = try #require(try SavedRun(RunDirectory(path)))
      #expect(saved.isFinished(by: saved.recipe))
      var patient = saved.recipe
      patient.options.patience = 5
      #expect(!saved.isFinished(by: patient))
    }
  }

  @Test("with damaged checkpoints goes on from the last whole one and says so; with none it is an error")
  func damaged() throws {
    try withTemporaryDirectory { path in
      try trainSmallRun(smallRecipe { $0.options.keep = 9 }, in: path)
      try Data().write(to: URL(fileURLWithPath: path + "/checkpoint-12/model.safetensors"))
      let saved = try #require(try SavedRun(RunDirectory(path)))
      #expect(saved.step == 10)
      #expect(saved.damage.count == 1)
      for step in [5, 10] {
        try Data().write(to: URL(fileURLWithPath: path + "/checkpoint-\(step)/optimizer.safetensors"))
      }
      #expect(throws: FileError.self) { try SavedRun(RunDirectory(path)) }
    }
  }

  @Test("keeps its directory to itself")
  func lock() throws {
    try withTemporaryDirectory { path in
      let run = try TrainingRun(smallRecipe(), corpus: smallText, in: RunDirectory(path))
      #expect(throws: FileError.inUse(path: path)) {
        try TrainingRun(smallRecipe(), corpus: smallText, in: RunDirectory(path))
      }
      withExtendedLifetime(run) {}
    }
  }

  /// Trains a run to its end, and lets go of its directory.
  private func trainSmallRun(_ recipe: Recipe = smallRecipe(), in path: String) throws {
    var run = try TrainingRun(recipe, corpus: smallText, in: RunDirectory(path))
    _ = try run.train(onEvent: { _ in })
  }
}
