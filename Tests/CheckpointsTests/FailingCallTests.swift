import Checkpoints
import Files
import Foundation
import Testing

private let codes = [EIO, ENOSPC, EDQUOT, EROFS, EACCES, EMFILE, ESTALE, EPERM]

/// What is asked about a run, and the answer as text.
private let questions: [(name: String, ask: @Sendable (RunDirectory) throws -> String)] = [
  ("whether it is one", { try "\($0.holdsRun)" }),
  ("what is whole", { try "\($0.survey())" }),
  ("which to sample", { try $0.checkpoint() }),
  ("whether it is a checkpoint", { try "\($0.isCheckpoint)" }),
  ("whether a checkpoint is one", { try "\(RunDirectory($0.checkpointPath(step: 1), calls: $0.calls).isCheckpoint)" }),
  ("where to go on", { try "\(CheckpointKeeper($0).checkpoints)" }),
  ("where a new run goes", { try RunLock.firstFree($0).run.path }),
]

/// Every call of a save, of a question and of a resumption fails once, in every way that a system has.
@Suite struct FailingCallTests {
  /// A run with the checkpoints 1, which is the best, and 2.
  private func makeRun(_ path: String) throws {
    var keeper = try CheckpointKeeper(RunDirectory(path, calls: FaultySystem()))
    try add(1, loss: 1, to: &keeper)
    try add(2, loss: 2, to: &keeper)
  }

  private func add(_ step: Int, loss: Double, to keeper: inout CheckpointKeeper) throws {
    try keeper.add(TrainerState(step: step, validationLoss: loss, trainer: [:])) { directory in
      try directory.write("model") { try $0.write("weights of \(step)\n") }
    }
  }

  /// Makes call 0, 1, … fail with `code` in `body` until none does; how many there were.
  @discardableResult
  private func failEach(
    with code: Int32, _ body: (_ path: String, _ system: FaultySystem, _ number: Int) throws -> Void
  ) throws -> Int {
    for number in 0... {
      let hasFired = try withTemporaryDirectory { directory in
        try makeRun(directory + "/run")
        let system = FaultySystem(failing: number, with: .error(code))
        try body(directory + "/run", system, number)
        return system.hasFired
      }
      if !hasFired { return number }
    }
    return .max
  }

  @Test("a save that fails names the file and leaves the old checkpoint or the new one", arguments: codes)
  func saves(code: Int32) throws {
    let count = try failEach(with: code) { path, system, number in
      let place: Comment = "call \(number): \(system.failed ?? "none")"
      var warnings: [String] = []
      do {
        var keeper = try CheckpointKeeper(RunDirectory(path, calls: system))
        keeper.keep(latest: 1)
        try add(2, loss: 2, to: &keeper)
        try add(3, loss: 0.5, to: &keeper)
        warnings = keeper.takeWarnings()
        #expect(keeper.last?.step == 3, place)
      } catch FileError.system(_, let file, let its) {
        #expect(file.hasPrefix(path) || path.hasPrefix(file), place)
        #expect(its == code, place)
      }
      #expect(warnings.allSatisfy { $0.contains(path) && $0.contains(String(cString: strerror(code))) }, place)
      let whole = try RunDirectory(path).survey().whole
      #expect((whole.last?.step ?? 0) >= 2, place)

      var mended = try CheckpointKeeper(RunDirectory(path, calls: FaultySystem()))
      #expect(mended.damaged.isEmpty && mended.last?.step == whole.last?.step, place)
      try add(3, loss: 0.5, to: &mended)
      mended.keep(latest: 1)
      #expect(try names(in: path) == ["best", "checkpoint-3", "last"], place)
    }
    #expect(count > 100)
  }

  @Test("an interrupted call is made again, and nobody notices") func interruptions() throws {
    try failEach(with: EINTR) { path, system, number in
      var keeper = try CheckpointKeeper(RunDirectory(path, calls: system))
      keeper.keep(latest: 1)
      try add(3, loss: 0.5, to: &keeper)
      _ = try RunDirectory(path, calls: system).checkpoint()
      let place: Comment = "call \(number): \(system.failed ?? "none")"
      #expect(keeper.takeWarnings().isEmpty, place)
      #expect(try names(in: path) == ["best", "checkpoint-3", "last"], place)
    }
  }

  @Test("a question that the disk does not answer is an error, and never a no", arguments: 0..<questions.count, codes)
  func unanswered(question: Int, code: Int32) throws {
    let (name, ask) = questions[question]
    let count = try failEach(with: code) { path, system, number in
      let answer = try ask(RunDirectory(path))
      do {
        let place: Comment = "\(name), call \(number): \(system.failed ?? "none")"
        #expect(try ask(RunDirectory(path, calls: system)) == answer, place)
      } catch FileError.system(_, let file, let its) {
        #expect(file.hasPrefix(path) || path.hasPrefix(file), "\(name), call \(number)")
        #expect(its == code, "\(name), call \(number)")
      }
      #expect(try RunDirectory(path).survey().whole.map(\.step) == [1, 2])
    }
    #expect(count > 0)
  }

  @Test("a record that cannot be opened is left as it was, or is cut whole", arguments: codes)
  func records(code: Int32) throws {
    let old = "{\"event\":\"step\",\"step\":2}\n{\"event\":\"step\",\"step\":3}\n"
    let new = "{\"event\":\"step\",\"step\":2}\n"
    try failEach(with: code) { path, system, number in
      let place: Comment = "call \(number): \(system.failed ?? "none")"
      try write(Array(old.utf8), to: path + "/metrics.jsonl")
      do {
        let run = RunDirectory(path, calls: system)
        _ = try MetricsFile(run, .init(step: 2, kinds: ["step"], checkpoint: nil))
        #expect(try contents(run.metricsPath) == Array(new.utf8), place)
      } catch FileError.system(_, let file, let its) {
        #expect(file.hasPrefix(path) && its == code, place)
        #expect([old, new].contains(String(decoding: try contents(path + "/metrics.jsonl"), as: UTF8.self)), place)
      }
    }
  }
}
