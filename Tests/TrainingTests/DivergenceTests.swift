import Autograd
import Checkpoints
import Files
import Foundation
import Testing
import Training

/// Faults of steps, by the row of batches that they come from.
private typealias Faults = [Int: Set<Int>]

/// A recipe of twelve steps that is evaluated, and saved, after 5, 10 and 12.
private let recipe = smallRecipe { ($0.options.dropout, $0.options.keep, $0.options.patience) = (0.1, 1, 9) }

/// Makes the losses of some steps of `run` not-a-number.
private func inject(_ faults: Faults, into run: inout TrainingRun) {
  run.trainer.agreed = { report in
    guard faults[report.batchOffset]?.contains(report.step) == true else { return report }
    return StepReport(
      step: report.step, loss: .nan, learningRate: report.learningRate, gradientNorm: report.gradientNorm,
      batchOffset: report.batchOffset)
  }
}

/// Trains a fresh run in `path`, some of whose steps are faulty.
@discardableResult
private func train(
  _ faults: Faults, by recipe: Recipe = recipe, in path: String, onEvent: (TrainingEvent) -> Void = { _ in },
  shouldStop: () -> Bool = { false }
) throws -> TrainingRun.Outcome {
  // Also where a kill left a record and no checkpoint.
  var run = try TrainingRun(recipe, corpus: smallText, in: RunDirectory(path), replacing: true)
  inject(faults, into: &run)
  return try run.train(onEvent: onEvent, shouldStop: shouldStop)
}

/// Goes on with the run in `path`, or begins it, with other threads than the machine has.
@discardableResult
private func resume(
  _ faults: Faults, in path: String, onEvent: (TrainingEvent) -> Void = { _ in },
  shouldStop: () -> Bool = { false }
) throws -> TrainingRun.Outcome {
  guard let saved = try SavedRun(RunDirectory(path)) else {
    return try train(faults, in: path, onEvent: onEvent, shouldStop: shouldStop)
  }
  return try Processor(threads: 3).run {
    var run = try TrainingRun(resuming: saved, saved.recipe, corpus: smallText)
    inject(faults, into: &run)
    return try run.train(onEvent: onEvent, shouldStop: shouldStop)
  }
}

/// Every file below `path` but the metrics, with its bytes, and where links lead.
private func files(_ path: String) throws -> [String: Data] {
  var found: [String: Data] = [:]
  for name in try FileManager.default.subpathsOfDirectory(atPath: path) where name != "metrics.jsonl" {
    let whole = path + "/" + name
    if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: whole) {
      found[name] = Data(target.utf8)
    } else {
      found[name] = FileManager.default.contents(atPath: whole) ?? Data()
    }
  }
  return found
}

/// The lines of a run's metrics without what depends on the clock and the place, and without those of checkpoints if need
/// be: an interruption makes some of its own.
private func metrics(_ path: String, checkpoints: Bool = true) throws -> [String] {
  try String(contentsOfFile: path + "/metrics.jsonl", encoding: .utf8).split(separator: "\n").compactMap { line in
    var event = try JSON(parsing: String(line), from: "metrics.jsonl")
    for member in ["ms_per_step", "tokens_per_second", "time", "path"] { event[member] = nil }
    return event["event"] == "checkpoint" && !checkpoints ? nil : event.compact
  }
}

/// An event in a word.
private func word(_ event: TrainingEvent) -> String {
  switch event {
  case .baselines: "baselines"
  case .beatsCounting(let report, _): "better \(report.step)"
  case .step(let report, _, _): "\(report.step)"
  case .refit(let refit): "refit \(refit.step)"
  case .sample(let step, _, _): "sample \(step)"
  case .skipped(let report, _): "skip \(report.step)"
  case .rollback(let rollback): "back to \(rollback.step) with \(rollback.batchOffset)"
  case .evaluation(let report): report.isFinite ? "eval \(report.step)" : "bad eval \(report.step)"
  case .checkpoint(let step, _): "save \(step)"
  case .warning: "warning"
  }
}

@Suite("A run whose numbers are not finite")
struct DivergenceTests {
  @Test("goes on after a bad step or two, and neither evaluates nor saves between them")
  func skips() throws {
    try withTemporaryDirectory { path in
      var words: [String] = []
      #expect(try train([0: [4, 5, 12]], in: path) { words.append(word($0)) } == .finished)
      #expect(
        words.joined(separator: ", ")
          == "baselines, 1, 2, 3, skip 4, skip 5, 6, 7, 8, 9, 10, eval 10, save 10, 11, skip 12, eval 12, save 12")
      let line = try metrics(path).first { $0.contains("skipped") }
      let rate = recipe.options.schedule(3)
      let start = #"{"event":"skipped","step":4,"loss":null,"learning_rate":\#(rate),"grad_norm":"#
      #expect(line?.hasPrefix(start) == true)
      #expect(line?.hasSuffix(#","consecutive":1}"#) == true)
      let state = try TrainerState(of: path + "/last").trainer
      #expect(state["consecutive_skips"].value == 1 && state["batch_offset"].value == nil)
    }
  }

  @Test("each event of its record, and each member of it, stands in README")
  func documented() throws {
    let page = try String(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../README.md"),
      encoding: .utf8)
    try withTemporaryDirectory { path in
      _ = try train([0: [8, 9, 10]], in: path) { _ in }
      var kinds: Set<String> = []
      for line in try String(contentsOfFile: path + "/metrics.jsonl", encoding: .utf8).split(separator: "\n") {
        guard case .object(let members) = try JSON(parsing: String(line), from: "metrics.jsonl"),
          case .string(let kind) = members[0].value
        else { throw FileError.malformed(file: path, reason: String(line)) }
        kinds.insert(kind)
        let row = page.split(separator: "\n").first { $0.hasPrefix("| `\(kind)` |") } ?? ""
        #expect(!row.isEmpty, "\(kind)")
        for member in members where !["event", "step", "time"].contains(member.name) {
          #expect(row.contains("`\(member.name)`"), "\(kind): \(member.name)")
        }
        #expect(members.map(\.name).contains("time") == (kind != "checkpoint"))
      }
      #expect(kinds == ["baselines", "step", "skipped", "eval", "checkpoint", "rollback"])
    }
  }

  @Test("goes back after three bad steps in a row, and on with other batches; what it undoes stays in the record")
  func returns() throws {
    try withTemporaryDirectory { path in
      var words: [String] = []
      var losses: [Int: [Double]] = [:]
      let outcome = try train([0: [8, 9, 10]], in: path) { event in
        words.append(word(event))
        if case .step(let report, _, _) = event { losses[report.step, default: []].append(report.loss) }
      }
      #expect(outcome == .finished)
      #expect(
        words.joined(separator: ", ")
          == "baselines, 1, 2, 3, 4, 5, eval 5, save 5, 6, 7, skip 8, skip 9, skip 10, back to 5 with 1, "
          + "6, 7, 8, 9, 10, eval 10, save 10, 11, 12, eval 12, save 12")
      for step in [6, 7] { #expect(Set(losses[step] ?? []).count == 2, "step \(step)") }
      #expect(
        try metrics(path).contains(#"{"event":"rollback","step":5,"from_step":10,"batch_offset":1}"#))
      #expect(try metrics(path).count == words.count)
      #expect(try TrainerState(of: path + "/last").trainer["batch_offset"].value == 1)
    }
  }

  @Test("stops after two returns to one checkpoint, which stays; what is saved is named, and the way out")
  func stops() throws {
    try withTemporaryDirectory { path in
      var words: [String] = []
      let always = Set(8...12)
      let error = #expect(throws: TrainingError.self) {
        try train([0: always, 1: always, 2: always], in: path) { words.append(word($0)) }
      }
      #expect(words.filter { $0.hasPrefix("back") } == ["back to 5 with 1", "back to 5 with 2"])
      #expect(words.count { $0.hasPrefix("skip") } == 9)
      let message = try #require(error?.description)
      for part in [
        "training diverged at step 10: ", "learning rate of \(recipe.options.schedule(9)) and precision medium",
        "did not help (2 times)", "What is saved is good: \(path)/checkpoint-5.",
        "Train again with a lower `learning_rate`",
      ] {
        #expect(message.contains(part), "\(part)")
      }
      #expect(try SavedRun(RunDirectory(path))?.step == 5)
      let again = #expect(throws: TrainingError.self) { try resume([0: always, 1: always, 2: always], in: path) }
      #expect(again == error)
    }
  }

  @Test("may go back twice to each checkpoint that it comes to")
  func returnsFromEach() throws {
    try withTemporaryDirectory { path in
      var words: [String] = []
      let early: Set = [6, 7, 8]
      try train([0: early, 1: early, 2: [11, 12]], in: path) { words.append(word($0)) }
      #expect(words.filter { $0.hasPrefix("back") } == ["back to 5 with 1", "back to 5 with 2"])
      #expect(words.last == "save 12")
    }
    try withTemporaryDirectory { path in
      let longer = smallRecipe { ($0.options.maxIterations, $0.options.keep) = (15, 1) }
      var words: [String] = []
      try train([0: [6, 7, 8], 1: [7, 8, 9], 2: [12, 13, 14], 3: [11, 12, 13]], by: longer, in: path) {
        words.append(word($0))
      }
      #expect(
        words.filter { $0.hasPrefix("back") } == [
          "back to 5 with 1", "back to 5 with 2", "back to 10 with 3", "back to 10 with 4",
        ])
      #expect(words.last == "save 15")
    }
  }

  @Test("stops at once where nothing is saved yet")
  func nothingSaved() throws {
    try withTemporaryDirectory { path in
      let error = #expect(throws: TrainingError.self) { try train([0: [2, 3, 4]], in: path) }
      #expect(error?.description.contains("Nothing was saved, since nothing good was there yet.") == true)
      let saved = try SavedRun(RunDirectory(path))
      #expect(saved == nil)
    }
  }
}

@Suite("A run that diverged and was cut off")
struct DivergenceResumeTests {
  /// It goes back once, from step 10, and skips two steps on the way.
  private static let faults: Faults = [0: [3, 8, 9, 10], 1: [7, 12]]

  @Test("by a kill at any moment, and resumed with other threads, ends in the same files and the same record")
  func killed() throws {
    try withTemporaryDirectory { path in
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      var count = 0
      // A copy of the directory when an event was told is what a kill at that moment would leave.
      try train(Self.faults, in: path + "/whole") { _ in
        count += 1
        #expect(throws: Never.self) {
          try FileManager.default.copyItem(atPath: path + "/whole", toPath: path + "/killed-\(count)")
        }
      }
      #expect(count == 25)
      let whole = (files: try files(path + "/whole"), metrics: try metrics(path + "/whole"))
      for moment in 1...count {
        try resume(Self.faults, in: path + "/killed-\(moment)")
        #expect(try files(path + "/killed-\(moment)") == whole.files, "killed after event \(moment)")
        #expect(try metrics(path + "/killed-\(moment)") == whole.metrics, "killed after event \(moment)")
      }
    }
  }

  @Test("by an interruption after any step, or after each, ends in the same files and the same record")
  func interrupted() throws {
    try withTemporaryDirectory { path in
      try train(Self.faults, in: path + "/whole")
      let whole = (files: try files(path + "/whole"), metrics: try metrics(path + "/whole", checkpoints: false))
      for moment in 1...17 {
        let run = path + "/\(moment)"
        var steps = 0
        let outcome = try train(
          Self.faults, in: run,
          onEvent: { if $0.isStep { steps += 1 } }, shouldStop: { steps >= moment })
        #expect(outcome == .interrupted)
        #expect(try resume(Self.faults, in: run) == .finished)
        #expect(try files(run) == whole.files, "interrupted after \(moment) steps")
        #expect(try metrics(run, checkpoints: false) == whole.metrics, "interrupted after \(moment) steps")
      }
    }
  }

  @Test("again and again, after every step, comes to the same end")
  func interruptedAlways() throws {
    try withTemporaryDirectory { path in
      try train(Self.faults, in: path + "/whole")
      let run = path + "/pieces"
      var outcome = TrainingRun.Outcome.interrupted
      var calls = 0
      while outcome == .interrupted, calls < 100 {
        var steps = 0
        outcome = try resume(
          Self.faults, in: run, onEvent: { if $0.isStep { steps += 1 } }, shouldStop: { steps >= 1 })
        calls += 1
      }
      #expect(outcome == .finished)
      #expect(try files(run) == files(path + "/whole"))
      #expect(try metrics(run, checkpoints: false) == metrics(path + "/whole", checkpoints: false))
    }
  }
}

extension TrainingEvent {
  /// Whether a step was taken or skipped.
  fileprivate var isStep: Bool {
    switch self {
    case .step, .skipped: true
    default: false
    }
  }
}
