import Checkpoints
import Files
import Foundation
import Testing

extension CheckpointKeeper {
  /// Adds a checkpoint that holds one file which tells its step.
  fileprivate mutating func add(step: Int, loss: Double?) throws {
    try add(TrainerState(step: step, validationLoss: loss, trainer: [:])) { directory in
      try directory.write("model") { try $0.write(String(repeating: "weights of \(step)\n", count: 100)) }
    }
  }
}

/// A keeper that does not wait for the disk.
private func quickKeeper(_ path: String, keep: Int) throws -> CheckpointKeeper {
  try keeper(path, keep: keep, by: FaultySystem())
}

private func keeper(_ path: String, keep: Int, by system: any SystemCalls) throws -> CheckpointKeeper {
  var keeper = try CheckpointKeeper(RunDirectory(path, calls: system))
  keeper.keep(latest: keep)
  return keeper
}

/// Where the links of a run lead.
private func links(of run: RunDirectory) -> [String: String] {
  var targets: [String: String] = [:]
  for name in ["best", "last"] {
    targets[name] = try? FileManager.default.destinationOfSymbolicLink(atPath: run.path + "/" + name)
  }
  return targets
}

@Suite struct CheckpointKeeperTests {
  @Test("links lead to the lowest loss and the latest step; the latest and the best stay")
  func keeps() throws {
    try withTemporaryDirectory { directory in
      let run = RunDirectory(directory + "/runs/a/")
      var keeper = try quickKeeper(run.path, keep: 2)
      #expect(try names(in: run.path).isEmpty)
      try keeper.add(step: 0, loss: nil)
      try keeper.add(step: 1, loss: .nan)
      #expect(links(of: run) == ["last": "checkpoint-1"])
      for (step, loss) in [(5, 3.0), (10, 1.0), (20, 2.0), (30, .nan), (40, 1.0)] {
        try keeper.add(step: step, loss: loss)
      }
      #expect(links(of: run) == ["best": "checkpoint-10", "last": "checkpoint-40"])
      #expect(try names(in: run.path) == ["best", "checkpoint-10", "checkpoint-30", "checkpoint-40", "last"])
      #expect(keeper.checkpoints.map(\.step) == [10, 30, 40])
      #expect(keeper.best?.step == 10 && keeper.last?.step == 40)
    }
  }

  @Test("a keeper begins with what is whole, says what is not, and mends the rest") func mends() throws {
    try withTemporaryDirectory { directory in
      let run = RunDirectory(directory)
      var keeper = try quickKeeper(directory, keep: 9)
      for step in [1, 2, 3, 4] { try keeper.add(step: step, loss: Double(step)) }
      let files = FileManager.default
      try write(Array("{}".utf8), to: directory + "/checkpoint-1/trainer_state.json")
      try files.removeItem(atPath: directory + "/checkpoint-4/manifest.json")
      try files.moveItem(atPath: directory + "/checkpoint-3", toPath: directory + "/checkpoint-3.replaced")
      try files.createDirectory(
        atPath: directory + "/checkpoint-5.incomplete", withIntermediateDirectories: false)
      try write([], to: directory + "/notes.incomplete")
      try files.removeItem(atPath: directory + "/last")

      let mended = try quickKeeper(directory, keep: 9)
      #expect(mended.checkpoints.map(\.step) == [2, 3])
      #expect(mended.damaged.map(\.description).allSatisfy { $0.hasPrefix(directory) })
      #expect(mended.damaged.count == 2)
      #expect(links(of: run) == ["best": "checkpoint-2", "last": "checkpoint-3"])
      #expect(
        try names(in: directory)
          == [
            "best", "checkpoint-1", "checkpoint-2", "checkpoint-3", "checkpoint-4", "last",
            "notes.incomplete",
          ])
    }
  }

  @Test("a checkpoint of the same step is replaced") func replaces() throws {
    try withTemporaryDirectory { directory in
      var keeper = try quickKeeper(directory, keep: 2)
      try keeper.add(step: 1, loss: 2)
      try keeper.add(step: 1, loss: 1)
      #expect(keeper.checkpoints.map(\.validationLoss) == [1])
      #expect(try names(in: directory) == ["best", "checkpoint-1", "last"])
      #expect(try RunDirectory(directory).survey().whole.map(\.validationLoss) == [1])
    }
  }

  @Test("equal checkpoints are equal bytes, wherever they are") func deterministic() throws {
    try withTemporaryDirectory { directory in
      for name in ["/a", "/b/c"] {
        var keeper = try quickKeeper(directory + name, keep: 2)
        try keeper.add(step: 1, loss: 2)
      }
      for file in try names(in: directory + "/a/checkpoint-1") {
        let (a, b) = (directory + "/a/checkpoint-1/" + file, directory + "/b/c/checkpoint-1/" + file)
        #expect(try contents(a) == contents(b))
      }
    }
  }

  @Test("clearing removes what a run made, and nothing else") func clears() throws {
    try withTemporaryDirectory { directory in
      var keeper = try quickKeeper(directory, keep: 2)
      try keeper.add(step: 1, loss: 2)
      try write([], to: directory + "/notes.txt")
      try RunDirectory(directory).clear()
      #expect(try names(in: directory) == ["notes.txt"])
    }
  }
}

@Suite struct InterruptedCheckpointTests {
  /// A run with checkpoints 1 and 2, to which 3, a new best, is added by way of `system`; the warnings.
  @discardableResult
  private func addThird(to run: RunDirectory, by system: any SystemCalls) throws -> [String] {
    var first = try quickKeeper(run.path, keep: 1)
    try first.add(step: 1, loss: 1)
    try first.add(step: 2, loss: 2)
    var faulty = try keeper(run.path, keep: 1, by: system)
    try faulty.add(step: 2, loss: 2)
    try faulty.add(step: 3, loss: 0.5)
    return faulty.takeWarnings()
  }

  @Test(
    "whichever call fails or crashes, only whole checkpoints are seen",
    arguments: [FaultySystem.Fault.diskFull, .crash])
  func faults(fault: FaultySystem.Fault) throws {
    for number in 0... {
      let fired = try withTemporaryDirectory { directory in
        let run = RunDirectory(directory)
        let system = FaultySystem(failing: number, with: fault)
        do {
          let warnings = try addThird(to: run, by: system)
          // No failure is passed over.
          #expect(system.hasFired == !warnings.isEmpty, "call \(number): \(system.failed ?? "")")
        } catch let error as FileError {
          guard case .system(_, let path, let code) = error else { throw error }
          #expect(path.hasPrefix(directory) && [ENOSPC, EIO].contains(code))
        }
        // Before anything is mended, whoever samples finds a whole checkpoint.
        let whole = try run.survey().whole
        let found = try RunDirectory.checkpoint(at: directory)
        #expect(whole.contains { $0.path == found }, "call \(number)")
        if fault == .diskFull { #expect(whole.contains { $0.step >= 2 }, "call \(number)") }

        let mended = try quickKeeper(directory, keep: 1)
        let steps = mended.checkpoints.map(\.step)
        #expect([[1, 2], [1, 2, 3], [2, 3], [3]].contains(steps), "call \(number): \(steps)")
        #expect(mended.damaged.isEmpty, "call \(number)")
        let expected = [
          "best": "checkpoint-\(steps.contains(3) ? 3 : 1)", "last": "checkpoint-\(steps.last ?? 0)",
        ]
        #expect(links(of: run) == expected, "call \(number)")
        #expect(try names(in: directory) == ["best"] + steps.map { "checkpoint-\($0)" } + ["last"])
        return system.hasFired
      }
      if !fired {
        #expect(number > 100)  // every call has had its turn
        return
      }
    }
  }

  @Test("files reach the disk before the rename that shows them, and it before the next change")
  func order() throws {
    try withTemporaryDirectory { directory in
      let system = FaultySystem()
      var keeper = try keeper(directory, keep: 1, by: system)
      let before = system.log.count
      try keeper.add(step: 1, loss: 1)
      let path = directory + "/checkpoint-1"
      let files = ["model", "trainer_state.json", "manifest.json"].flatMap { name in
        ["create \(path).incomplete/\(name)", "write", "fsync", "close"]
      }
      let expected =
        ["mkdir \(path).incomplete"] + files + ["open \(path).incomplete", "fsync", "close"]
        + ["rename \(path).incomplete -> \(path)", "open \(directory)", "fsync", "close"]
      #expect(Array(system.log[before...].prefix(expected.count)) == expected)
    }
  }

  @Test("short writes and interruptions change nothing") func slowly() throws {
    try withTemporaryDirectory { directory in
      try addThird(to: RunDirectory(directory + "/slow"), by: SlowSystem())
      try addThird(to: RunDirectory(directory + "/fast"), by: POSIX())
      for name in ["model", "trainer_state.json", "manifest.json"] {
        let file = "/last/" + name
        #expect(try contents(directory + "/slow" + file) == contents(directory + "/fast" + file))
      }
    }
  }
}
