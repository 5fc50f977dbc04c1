import Checkpoints
import Foundation
import Testing

/// Adds a checkpoint without weights to the run at `path`.
private func addCheckpoint(_ step: Int, loss: Double? = nil, to path: String) throws {
  var keeper = try CheckpointKeeper(RunDirectory(path), keep: 9)
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
      #expect(RunDirectory.newest(under: directory + "/none") == nil)
      for name in ["demo", "b", "a"] { try addCheckpoint(1, to: directory + "/" + name) }
      let files = FileManager.default
      for (age, name) in ["demo", "b", "a"].enumerated() {
        try files.setAttributes(
          [.modificationDate: Date(timeIntervalSinceNow: Double(-60 * age))],
          ofItemAtPath: directory + "/" + name)
      }
      #expect(RunDirectory.newest(under: directory)?.path == directory + "/b")
      for name in ["a", "b"] { try files.removeItem(atPath: directory + "/" + name) }
      #expect(RunDirectory.newest(under: directory)?.path == directory + "/demo")
    }
  }

  @Test("a run finds the next free name") func free() throws {
    try withTemporaryDirectory { directory in
      #expect(RunDirectory.free(directory + "/run").path == directory + "/run")
      try addCheckpoint(1, to: directory + "/run")
      try FileManager.default.createDirectory(
        atPath: directory + "/run-2", withIntermediateDirectories: false)
      try write([], to: directory + "/run-2/metrics.jsonl")
      #expect(RunDirectory.free(directory + "/run/").path == directory + "/run-3")
    }
  }
}

@Suite struct MetricsFileTests {
  @Test("a resumed run goes on after its step; a line cut short is dropped") func resumes() throws {
    try withTemporaryDirectory { directory in
      let run = RunDirectory(directory)
      do {
        let metrics = try MetricsFile(run, after: 0)
        for step in 1...3 { try metrics.append(["event": "step", "step": .integer(step)]) }
      }
      let path = directory + "/metrics.jsonl"
      try write(try contents(path) + Array("{\"event\":\"st".utf8), to: path)
      try MetricsFile(run, after: 2).append(["event": "step", "step": 3, "loss": 1.0])
      #expect(
        String(decoding: try contents(path), as: UTF8.self) == """
          {"event":"step","step":1}
          {"event":"step","step":2}
          {"event":"step","step":3,"loss":1.0}

          """)
    }
  }
}
