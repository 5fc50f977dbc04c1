import Checkpoints
import Files
import Foundation
import Testing

/// A save and what comes before it: recorded, and replayed with a crash after each call.
struct SaveStory: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// The steps whose checkpoints are there when it begins, with their validation losses.
  var before: [(step: Int, loss: Double)] = [(1, 1), (2, 2)]
  /// What is done; it promises what it has saved.
  let save: @Sendable (RunDirectory, RecordingSystem) throws -> Void

  static let all = [
    SaveStory(testDescription: "the first checkpoint of a run", before: []) { run, system in
      try keeper(of: run).save(1, loss: 1, system)
    },
    SaveStory(testDescription: "a new best, after which two are dropped") { run, system in
      try keeper(of: run).save(3, loss: 0.5, system)
    },
    SaveStory(testDescription: "one that is no better") { run, system in
      try keeper(of: run).save(3, loss: 3, system)
    },
    SaveStory(testDescription: "one that takes the place of another of its step") { run, system in
      try keeper(of: run).save(2, loss: 0.5, system)
    },
    SaveStory(testDescription: "three in a row") { run, system in
      var keeper = try keeper(of: run)
      for step in 3...5 { keeper = try keeper.save(step, loss: Double(step % 2), system) }
    },
    SaveStory(testDescription: "three in a row, with their metrics", before: []) { run, system in
      var keeper = try keeper(of: run)
      let metrics = try MetricsFile(run)
      for step in 1...3 {
        try metrics.append(.step(step))
        try metrics.synchronize()
        keeper = try keeper.save(step, loss: Double(step), system)
        try metrics.append(.checkpoint(step))
      }
    },
  ]
}

private func keeper(of run: RunDirectory) throws -> CheckpointKeeper {
  var keeper = try CheckpointKeeper(run)
  keeper.keep(latest: 1)
  return keeper
}

private func weights(_ step: Int) -> String { String(repeating: "weights of \(step)\n", count: 20) }

extension CheckpointKeeper {
  /// This keeper with the checkpoint of `step`, which is promised to `system`.
  @discardableResult
  fileprivate func save(_ step: Int, loss: Double, _ system: RecordingSystem? = nil) throws -> CheckpointKeeper {
    var keeper = self
    try keeper.add(TrainerState(step: step, validationLoss: loss, trainer: [:])) { directory in
      try directory.write("model") { file in
        try file.write(weights(step))
        try file.write("the end\n")
      }
    }
    system?.promise(step: step)
    return keeper
  }
}

extension JSON {
  fileprivate static func step(_ step: Int) -> JSON { ["event": "step", "step": .integer(step)] }
  fileprivate static func checkpoint(_ step: Int) -> JSON { ["event": "checkpoint", "step": .integer(step)] }
}

@Suite struct CrashReplayTests {
  /// States drawn between all and nothing lost, after each call.
  private static let drawn = 12

  /// What a careless save does not synchronise.
  enum Forgotten: CaseIterable {
    case files, directories

    func leavesOut(_ operation: DiskOperation) -> Bool {
      guard case .synchronize(_, let isDirectory) = operation else { return false }
      return isDirectory == (self == .directories)
    }
  }

  /// When the crash came.
  private struct Moment {
    /// The step whose checkpoint had been reported as saved by then.
    let promised: Int
    let isOrdered: Bool
    let comment: Comment
  }

  /// Records `operate` on a disk that holds what `prepare` leaves, and hands each state that a crash may leave to
  /// `check`, with the step that was promised by then; how many there were.
  private func replay(
    promised: Int, forgetting forgotten: Forgotten? = nil,
    _ prepare: (String) throws -> Void, _ operate: (RunDirectory, RecordingSystem) throws -> Void,
    _ check: (RunDirectory, Moment) throws -> Void
  ) throws -> Int {
    var (tree, operations, root) = (DiskTree.link(""), [DiskOperation](), "")
    try withTemporaryDirectory { directory in
      try prepare(directory + "/run")
      (tree, root) = (try DiskTree(of: directory), directory)
      let system = RecordingSystem()
      try operate(RunDirectory(directory + "/run", calls: system), system)
      operations = system.operations.filter { forgotten?.leavesOut($0) != true }
    }
    var model = DiskModel(tree, at: root, promised: promised)
    var seen: Set<DiskModel.CrashState> = []
    var count = 0
    for number in 0...operations.count {
      if number > 0 { model.apply(operations[number - 1]) }
      if case .promise = number > 0 ? operations[number - 1] : .remove("") { seen = [] }
      for state in model.crashStates(Self.drawn, seed: number) where seen.insert(state).inserted {
        count += 1
        let last = number > 0 ? "\(operations[number - 1])".prefix(200) : "nothing"
        let moment = Moment(
          promised: model.promised, isOrdered: state.isOrdered, comment: "call \(number): \(last)")
        try withTemporaryDirectory { directory in
          try state.tree.place(at: directory + "/disk")
          try check(RunDirectory(directory + "/disk/run", calls: FaultySystem()), moment)
        }
      }
    }
    #expect(operations.count > 5)
    return count
  }

  /// Holds that a stranger finds a checkpoint no older than the one promised, and that a keeper goes on from it.
  private func holds(_ run: RunDirectory, _ moment: Moment) throws {
    let comment = moment.comment
    let whole = try run.survey().whole
    #expect((whole.last?.step ?? 0) >= moment.promised, comment)
    for checkpoint in whole {
      let bytes = Array((weights(checkpoint.step) + "the end\n").utf8)
      #expect(try contents(checkpoint.path + "/model") == bytes, comment)
    }
    if moment.promised > 0 {
      let found = try RunDirectory.checkpoint(at: run.path)
      #expect(whole.contains { $0.path == found }, comment)
    }
    let mended = try keeper(of: run)
    #expect(mended.last?.step == whole.last?.step, comment)
    let names = try names(in: run.path).filter { $0 != "metrics.jsonl" }
    let steps = mended.checkpoints.map { "checkpoint-\($0.step)" }
    let expected = Set(steps + (steps.isEmpty ? [] : ["best", "last"]))
    if moment.isOrdered {
      #expect(mended.damaged.isEmpty, comment)
      #expect(Set(names) == expected, comment)
    } else {
      // A directory may stand under a name that it had given up before; it is passed over.
      #expect(Set(names).isSuperset(of: expected), comment)
      #expect(names.count == expected.count + mended.damaged.count, comment)
    }
  }

  @Test("whatever a crash leaves of a save, the old checkpoint or the new is there, whole", arguments: SaveStory.all)
  func saves(story: SaveStory) throws {
    let states = try replay(promised: story.before.last?.step ?? 0) { path in
      guard !story.before.isEmpty else { return }
      var keeper = try CheckpointKeeper(RunDirectory(path, calls: FaultySystem()))
      for (step, loss) in story.before { keeper = try keeper.save(step, loss: loss) }
    } _: { run, system in
      try story.save(run, system)
    } _: { run, moment in
      try holds(run, moment)
    }
    #expect(states > 30)
  }

  @Test("the replay notices a save that does not wait for the disk", arguments: Forgotten.allCases)
  func carelessness(forgotten: Forgotten) throws {
    struct Loss: Error {}
    #expect(throws: Loss.self) {
      try replay(promised: 0, forgetting: forgotten) { _ in
      } _: { run, system in
        try keeper(of: run).save(1, loss: 1, system)
      } _: { run, moment in
        if (try run.survey().whole.last?.step ?? 0) < moment.promised { throw Loss() }
      }
    }
  }

  @Test("a crash while a crash is mended loses nothing either") func mending() throws {
    _ = try replay(promised: 2) { path in
      let keeper = try CheckpointKeeper(RunDirectory(path, calls: FaultySystem()))
      try keeper.save(1, loss: 1).save(2, loss: 2)
      let files = FileManager.default
      try files.moveItem(atPath: path + "/checkpoint-2", toPath: path + "/checkpoint-2.replaced")
      try files.copyItem(atPath: path + "/checkpoint-1", toPath: path + "/checkpoint-2.incomplete")
      try files.removeItem(atPath: path + "/last")
    } _: { run, _ in
      _ = try keeper(of: run)
    } _: { run, moment in
      try holds(run, moment)
    }
  }

  @Test("the record has every line of a checkpoint that outlasts a crash, once") func metrics() throws {
    let story = try #require(SaveStory.all.last)
    _ = try replay(promised: 0) { _ in
    } _: { run, system in
      try story.save(run, system)
    } _: { run, moment in
      guard moment.isOrdered, let last = try run.survey().whole.last?.step else { return }
      _ = try MetricsFile(run, .init(step: last, kinds: ["step"], checkpoint: .checkpoint(last)))
      let expected = (1...last).flatMap { [JSON.step($0).compact, JSON.checkpoint($0).compact] }
      let lines = String(decoding: try contents(run.metricsPath), as: UTF8.self).split(separator: "\n").map(String.init)
      #expect(lines == expected, moment.comment)
    }
  }

  @Test("a record that is cut for a resumed run is the old one or the new one after a crash") func cutting() throws {
    let old = (1...4).map { JSON.step($0).compact + "\n" }.joined() + "{\"event\":"
    let new = (1...2).map { JSON.step($0).compact + "\n" }.joined()
    let started = new + JSON.step(3).compact + "\n"
    _ = try replay(promised: 0) { path in
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      try write(Array(old.utf8), to: path + "/metrics.jsonl")
    } _: { run, system in
      for _ in 0..<2 {
        let metrics = try MetricsFile(run, .init(step: 2, kinds: ["step"], checkpoint: nil))
        try metrics.append(.step(3))
        try metrics.synchronize()
      }
    } _: { run, moment in
      let bytes = try contents(run.metricsPath)
      // What was appended and not synchronised may be torn.
      #expect(
        bytes == Array(old.utf8) || bytes.starts(with: new.utf8) && bytes.count <= started.utf8.count,
        moment.comment)
    }
  }
}
