import Checkpoints
import Files
import Foundation
import Testing

/// Adds a checkpoint without weights to the run at `path`.
private func addCheckpoint(_ step: Int, loss: Double? = nil, to path: String) throws {
  var keeper = try CheckpointKeeper(RunDirectory(path))
  try keeper.add(TrainerState(step: step, validationLoss: loss, trainer: [:])) { _ in }
}

@Suite struct RunDirectoryTests {
  @Test("a run means its best checkpoint, else its last; a checkpoint means itself") func resolves() throws {
    try withTemporaryDirectory { directory in
      try addCheckpoint(1, to: directory)
      try addCheckpoint(2, to: directory)
      #expect(try RunDirectory.checkpoint(at: directory + "/") == directory + "/checkpoint-2")
      try addCheckpoint(3, loss: 1, to: directory)
      try addCheckpoint(4, loss: 2, to: directory)
      #expect(try RunDirectory.checkpoint(at: directory) == directory + "/checkpoint-3")
      #expect(try RunDirectory.checkpoint(at: directory + "/last/") == directory + "/last")
      #expect(try RunDirectory.checkpoint(at: directory + "/checkpoint-1") == directory + "/checkpoint-1")
    }
  }

  @Test("without its links, or with links that lead away, a run means the same")
  func resolvesWithoutLinks() throws {
    try withTemporaryDirectory { directory in
      try addCheckpoint(1, loss: 1, to: directory + "/run")
      try addCheckpoint(2, loss: 2, to: directory + "/run")
      try addCheckpoint(9, loss: 9, to: directory + "/other")
      let files = FileManager.default
      for link in ["best", "last"] {
        try files.removeItem(atPath: directory + "/run/" + link)
        try files.createSymbolicLink(
          atPath: directory + "/run/" + link, withDestinationPath: "../other/checkpoint-9")
      }
      #expect(try RunDirectory.checkpoint(at: directory + "/run") == directory + "/run/checkpoint-1")
      try files.removeItem(atPath: directory + "/run/checkpoint-1/trainer_state.json")
      #expect(try RunDirectory.checkpoint(at: directory + "/run") == directory + "/run/checkpoint-2")
    }
  }

  @Test("nothing there, and nothing whole there, are told apart") func resolvesNothing() throws {
    try withTemporaryDirectory { directory in
      let nothing = try fileError { _ = try RunDirectory.checkpoint(at: directory + "/no") }
      #expect(
        nothing.description
          == "\(directory)/no: not found; "
          + "give a run's directory or one of its checkpoints (minigpt train makes them)")
      let empty = try fileError { _ = try RunDirectory.checkpoint(at: directory) }
      #expect(
        empty.description
          == "a whole checkpoint in \(directory): not found; give a run's directory or one of its checkpoints")
    }
  }

  @Test("the newest run is the one written to last; demo only where there is no other") func newest() throws {
    try withTemporaryDirectory { directory in
      #expect(try RunDirectory.newest(under: directory + "/none") == nil)
      for name in ["demo", "b", "a"] { try addCheckpoint(1, to: directory + "/" + name) }
      try write(Array("No run.".utf8), to: directory + "/README.md")
      let files = FileManager.default
      for (age, name) in ["demo", "b", "a"].enumerated() {
        try files.setAttributes(
          [.modificationDate: Date(timeIntervalSinceNow: Double(-60 * age))],
          ofItemAtPath: directory + "/" + name)
      }
      #expect(try RunDirectory.newest(under: directory)?.path == directory + "/b")
      for name in ["a", "b"] { try files.removeItem(atPath: directory + "/" + name) }
      #expect(try RunDirectory.newest(under: directory)?.path == directory + "/demo")
    }
  }

  @Test("a fresh run takes the first name that no run has and no other process holds") func firstFree() throws {
    try withTemporaryDirectory { directory in
      try addCheckpoint(1, to: directory + "/run")
      try FileManager.default.createDirectory(atPath: directory + "/run-2", withIntermediateDirectories: false)
      try write(Array("{}\n".utf8), to: directory + "/run-2/metrics.jsonl")
      try FileManager.default.createDirectory(atPath: directory + "/run-3", withIntermediateDirectories: false)
      try write([], to: directory + "/run-3/metrics.jsonl")  // of a run that never took a step
      let third = try RunLock.firstFree(RunDirectory(directory + "/run/"))
      let fourth = try RunLock.firstFree(RunDirectory(directory + "/run/"))
      #expect([third, fourth].map(\.run.path) == [directory + "/run-3", directory + "/run-4"])
    }
  }

  @Test("copies of the links are taken for what they are") func copiedLinks() throws {
    try withTemporaryDirectory { directory in
      for step in 1...3 { try addCheckpoint(step, loss: Double(step), to: directory) }
      let files = FileManager.default
      // As cp -rL leaves `best`, and as programs that know no links leave `last`.
      try files.removeItem(atPath: directory + "/best")
      try files.copyItem(atPath: directory + "/checkpoint-1", toPath: directory + "/best")
      try files.removeItem(atPath: directory + "/last")
      try write(Array("checkpoint-3\n".utf8), to: directory + "/last")
      var keeper = try CheckpointKeeper(RunDirectory(directory))
      #expect(keeper.takeWarnings().map { $0.contains("a link again") } == [true, true])
      #expect(try files.destinationOfSymbolicLink(atPath: directory + "/best") == "checkpoint-1")
      #expect(try files.destinationOfSymbolicLink(atPath: directory + "/last") == "checkpoint-3")
    }
  }

  @Test("the only copy of a checkpoint is not given up") func onlyCopy() throws {
    try withTemporaryDirectory { directory in
      try addCheckpoint(1, loss: 1, to: directory)
      let files = FileManager.default
      try files.removeItem(atPath: directory + "/best")
      try files.copyItem(atPath: directory + "/checkpoint-1", toPath: directory + "/best")
      try write(Array("{}".utf8), to: directory + "/checkpoint-1/trainer_state.json")
      #expect(try CheckpointKeeper(RunDirectory(directory)).checkpoints.map(\.step) == [1])
    }
  }

  @Test("what a user keeps under a link's name is left alone") func stranger() throws {
    for content in ["my notes", "checkpoint-x"] {
      try withTemporaryDirectory { directory in
        try addCheckpoint(1, loss: 1, to: directory)
        try FileManager.default.removeItem(atPath: directory + "/best")
        try write(Array(content.utf8), to: directory + "/best")
        let error = try fileError { _ = try CheckpointKeeper(RunDirectory(directory)) }
        #expect(error.description.contains("it is no link of ours"))
        #expect(try contents(directory + "/best") == Array(content.utf8))
      }
    }
  }
}

@Suite("A run's directory") struct RunLockTests {
  @Test("is one process's, goes where it is moved, and is removed where nothing came of it")
  func moves() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/run"
      do {
        let lock = try RunLock(RunDirectory(path))
        #expect(throws: FileError.inUse(path: path)) { try RunLock(RunDirectory(path)) }
        try FileManager.default.moveItem(atPath: path, toPath: directory + "/moved")
        let successor = try RunLock(RunDirectory(path))
        var keeper = try CheckpointKeeper(lock.run)
        try keeper.add(TrainerState(step: 1, validationLoss: 1, trainer: [:])) { _ in }
        #expect(try names(in: path).isEmpty)
        #expect(try RunDirectory(directory + "/moved").survey().whole.map(\.step) == [1])
        _ = successor
      }
      #expect(try names(in: directory) == ["moved"])
    }
  }
}

@Suite struct MetricsFileTests {
  private func line(_ event: String, _ step: Int) -> JSON { ["event": .string(event), "step": .integer(step)] }

  @Test(
    "a resumed run goes on after its checkpoint, whose line is there once",
    arguments: [
      // killed before the checkpoint's line, after it, and two steps later
      (["step 1", "step 2", "eval 2"], ["step 1", "step 2", "eval 2", "checkpoint 2", "step 3"]),
      (["step 1", "step 2", "eval 2", "checkpoint 2"], ["step 1", "step 2", "eval 2", "checkpoint 2", "step 3"]),
      (
        ["step 1", "step 2", "eval 2", "checkpoint 2", "step 3", "step 4"],
        ["step 1", "step 2", "eval 2", "checkpoint 2", "step 3"]
      ),
      (["step 1"], ["step 1", "checkpoint 2", "step 3"]),  // a record that is older than the checkpoint
      ([], ["checkpoint 2", "step 3"]),
    ])
  func resumes(before: [String], after: [String]) throws {
    try withTemporaryDirectory { directory in
      let run = RunDirectory(directory)
      let path = directory + "/metrics.jsonl"
      func json(_ text: String) -> JSON {
        let words = text.split(separator: " ")
        return line(String(words[0]), Int(words[1]) ?? 0)
      }
      do {
        let metrics = try MetricsFile(run)
        for text in before { try metrics.append(json(text)) }
      }
      try write(try contents(path) + Array("{\"event\":\"st".utf8), to: path)
      let resumption = MetricsFile.Resumption(step: 2, kinds: ["step", "eval"], checkpoint: line("checkpoint", 2))
      try MetricsFile(run, resumption).append(line("step", 3))
      let expected = after.map { json($0).compact + "\n" }.joined()
      #expect(String(decoding: try contents(path), as: UTF8.self) == expected)
    }
  }

  @Test("an evaluation that is made up for drops what stood of it") func evaluationAgain() throws {
    try withTemporaryDirectory { directory in
      let run = RunDirectory(directory)
      do {
        let metrics = try MetricsFile(run)
        for event in ["step", "checkpoint", "eval"] { try metrics.append(line(event, 2)) }
      }
      _ = try MetricsFile(run, .init(step: 2, kinds: ["step"], checkpoint: nil))
      #expect(try contents(directory + "/metrics.jsonl") == Array((line("step", 2).compact + "\n").utf8))
    }
  }
}
