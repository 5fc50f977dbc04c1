import Checkpoints
import Files

/// What is on disk of a run, read whole: every checkpoint, the links, and the record of the steps.
package struct RunVerification {
  private let run: RunDirectory
  private let onFinding: (Finding) -> Void
  private var isSound = true
  private var last: SavedCheckpoint?

  /// Verifies the run at `path`, or the one checkpoint there, and says what it finds, one thing after the other. Returns
  /// whether all is sound, and of a run the last checkpoint that is.
  ///
  /// - Throws: `FileError` where there is neither, or the directory cannot be read.
  package static func verify(
    _ path: String, onFinding: (Finding) -> Void
  ) throws -> (isSound: Bool, last: SavedCheckpoint?) {
    try withoutActuallyEscaping(onFinding) { onFinding in
      var verification = RunVerification(run: RunDirectory(path), onFinding: onFinding)
      try verification.verify()
      return (verification.isSound, verification.last)
    }
  }

  private mutating func report(_ finding: Finding) {
    isSound = isSound && finding.isSound
    onFinding(finding)
  }

  private mutating func verify() throws {
    let wayOut = "give a run's directory or one of its checkpoints"
    guard let kind = try run.calls.kind(of: run.path, followsLink: true) else {
      throw FileError.missing(path: run.path, remedy: wayOut)
    }
    guard kind == .directory else { throw FileError.malformed(file: run.path, reason: "it is no directory; \(wayOut)") }
    if try run.isCheckpoint {
      let name = run.path.split(separator: "/").last.map(String.init) ?? run.path
      return report(CheckpointVerification(run.path, name: name, step: nil).finding)
    }
    let contents = try run.contents()
    guard contents.hasMetrics || !contents.steps.isEmpty else {
      throw FileError.missing(path: "a run in \(run.path)", remedy: wayOut)
    }
    var sound: [SavedCheckpoint] = []
    for step in contents.steps {
      let path = run.checkpointPath(step: step)
      let verification = CheckpointVerification(path, name: "checkpoint-\(step)", step: step)
      // A run that goes on meanwhile removes old checkpoints.
      guard try run.calls.kind(of: path) != nil else { continue }
      report(verification.finding)
      if let saved = verification.saved { sound.append(saved) }
    }
    last = sound.last
    report(try finding(ofLink: "best", to: sound.best))
    report(try finding(ofLink: "last", to: last))
    report(findingOfMetrics(contents, last: last?.step ?? 0))
    for name in contents.leftovers {
      var finding = Finding(name)
      finding.notes.append("an interruption left it; the next training in this directory puts it right")
      report(finding)
    }
  }

  private func finding(ofLink name: String, to checkpoint: SavedCheckpoint?) throws -> Finding {
    var finding = Finding(name)
    let expected = checkpoint.map { "checkpoint-\($0.step)" }
    switch try run.link(name) {
    case .link(let target):
      finding.summary = "-> \(printable(target))"
      if target != expected {
        finding.problems.append("leads to \(printable(target)) instead of \(expected ?? "nowhere")")
      }
    case .missing:
      if let expected { finding.notes.append("is not there; it would lead to \(expected)") }
    case .copy:
      finding.notes.append("is no link, as some ways of copying leave it; \(expected ?? "nothing") is meant")
    }
    return finding
  }

  private func findingOfMetrics(_ contents: RunDirectory.Contents, last step: Int) -> Finding {
    var finding = Finding("metrics.jsonl")
    guard contents.hasMetrics else {
      finding.problems.append("is not there")
      return finding
    }
    do {
      let record = try MetricsRecord(of: run)
      finding.summary =
        "\(counted(record.lastStep, "step")), each once; \(counted(record.evaluationCount, "evaluation"))"
      finding.problems = record.problems
      if record.lastStep < step {
        finding.problems.append("ends at step \(record.lastStep), where the last checkpoint is of step \(step)")
      }
      if record.lastStep > step {
        finding.notes.append("steps after \(step), which no checkpoint has, are taken again on resume")
      }
      if record.isCutShort { finding.notes.append("its last line was cut short by an interruption") }
    } catch {
      finding.problems.append("\(error)")
    }
    return finding
  }
}
