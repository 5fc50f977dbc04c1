/// The record of a run, `metrics.jsonl`, read whole: which steps it has, and what is wrong with it.
package struct MetricsRecord: Sendable {
  /// The last step in it; steps count from 1.
  package private(set) var lastStep = 0
  /// How many evaluations and checkpoints it has.
  package private(set) var evaluationCount = 0, checkpointCount = 0
  /// What is wrong, each with its line; the first few.
  package private(set) var problems: [String] = []
  /// Whether the last line has no end, as an interruption leaves it.
  package private(set) var isCutShort = false

  private var line = 0
  /// The last step for which an event of this kind stands there.
  private var last: [String: Int] = [:]

  private static let mostProblems = 5

  /// The record of `run`.
  ///
  /// - Throws: `FileError` where it cannot be read.
  package init(of run: RunDirectory) throws {
    var record = Self()
    record.isCutShort = try MetricsEvent.forEach(of: run) { record.read($0) }
    self = record
  }

  private init() {}

  private mutating func note(_ problem: String) {
    if problems.count < Self.mostProblems { problems.append("line \(line): \(problem)") }
  }

  private mutating func read(_ event: MetricsEvent?) {
    line += 1
    guard let event else { return note("no event of a run") }
    let (kind, step) = (event.kind, event.step)
    switch kind {
    case "step", "skipped":
      if step <= lastStep {
        note("step \(step) after step \(lastStep)")
      } else if step > lastStep + 1 {
        note("step \(step) after step \(lastStep): those between are missing")
      }
      lastStep = max(lastStep, step)
    case "eval", "checkpoint":
      if let before = last[kind], step <= before { note("\(kind) of step \(step) after that of step \(before)") }
      if step != lastStep { note("\(kind) of step \(step) after step \(lastStep)") }
      last[kind] = step
      if kind == "eval" { evaluationCount += 1 } else { checkpointCount += 1 }
    case "rollback":
      // What stands above it of later steps is undone.
      lastStep = min(lastStep, step)
      last = last.mapValues { min($0, step - 1) }
    default: break
    }
  }
}
