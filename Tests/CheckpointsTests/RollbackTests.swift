import Checkpoints
import Files
import Foundation
import Testing

@Suite("A run that goes back")
struct RollbackTests {
  @Test("keeps the checkpoint that it may go back to, however few stay, and removes those that it leaves behind")
  func checkpoints() throws {
    try withTemporaryDirectory { path in
      var keeper = try CheckpointKeeper(RunDirectory(path, calls: FaultySystem()))
      keeper.keep(latest: 1)
      func add(_ step: Int, _ loss: Double?) throws {
        try keeper.add(TrainerState(step: step, validationLoss: loss, trainer: [:])) { directory in
          try directory.write("model") { try $0.write("weights of \(step)") }
        }
      }
      try add(5, 2)
      try add(10, 3)
      keeper.protectedStep = 10
      for step in [12, 13] { try add(step, nil) }
      #expect(try names(in: path) == ["best", "checkpoint-10", "checkpoint-13", "checkpoint-5", "last"])
      keeper.removeAll(after: 10)
      #expect(try names(in: path) == ["best", "checkpoint-10", "checkpoint-5", "last"])
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path + "/last") == "checkpoint-10")
      #expect(keeper.last?.step == 10)
      try add(15, 1)
      keeper.protectedStep = 15
      try add(20, 4)
      #expect(keeper.checkpoints.map(\.step) == [15, 20])
    }
  }

  /// A line in short: `step 3`; `back 5 1` is a rollback to step 5 and to row 1 of batches.
  private func line(_ text: String) -> JSON {
    let words = text.split(separator: " ")
    let step = JSON.integer(Int(words[1]) ?? 0)
    guard words[0] == "back" else { return ["event": .string(String(words[0])), "step": step] }
    return ["event": "rollback", "step": step, "batch_offset": .integer(Int(words[2]) ?? 0)]
  }

  private static let record = [
    "step 5", "eval 5", "checkpoint 5", "step 6", "skipped 7", "back 5 1", "step 6", "step 7", "back 5 2", "step 6",
    "skipped 7", "checkpoint 7", "step 8",
  ]

  @Test(
    "is gone on with in its record where its row of batches says, and what it had undone stays there",
    arguments: [(5, 0, 3), (6, 0, 4), (7, 0, 5), (6, 1, 7), (7, 1, 8), (6, 2, 10), (7, 2, 11)])
  func record(step: Int, batchOffset: Int, kept: Int) throws {
    try withTemporaryDirectory { path in
      let run = RunDirectory(path)
      do {
        let metrics = try MetricsFile(run)
        for text in Self.record { try metrics.append(line(text)) }
      }
      let kinds: Set = step == 5 ? ["step", "skipped", "eval", "checkpoint"] : ["step", "skipped"]
      _ = try MetricsFile(run, .init(step: step, batchOffset: batchOffset, kinds: kinds, checkpoint: nil))
      let expected = Self.record.prefix(kept).map { line($0).compact + "\n" }.joined()
      #expect(String(decoding: try contents(path + "/metrics.jsonl"), as: UTF8.self) == expected)
    }
  }
}
