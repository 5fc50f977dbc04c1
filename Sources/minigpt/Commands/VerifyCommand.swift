import Checkpoints
import Files
import Foundation
import Text
import Training

/// `minigpt verify`: what is on disk of a run, read whole, and whether the run can be resumed exactly.
struct VerifyCommand: Command {
  var run = ""
  var corpus: String?
  var checkedSteps: Int?
  var json = false

  init() {}

  static let definition = CommandDefinition<VerifyCommand>(
    name: "verify",
    overview:
      "Read every checkpoint of a run whole and report what is sound; the exit code is 65 unless everything is.",
    examples: [
      .init("Every checkpoint, the links and the record of the steps.", "minigpt verify checkpoints/my-text"),
      .init(
        "Show that a resumed run is, bit for bit, one that never stopped: 20 steps of a copy.",
        "minigpt verify checkpoints/my-text my-text.txt --resume-check 20"),
    ],
    positionals: [
      .positional("run", \.run, .path(), isRequired: true, help: "A run's directory or one checkpoint."),
      .positional(
        "corpus", \.corpus, .path(), defaultText: "none", help: "For --resume-check: the text that the run trains on."),
    ],
    groups: [
      .init(
        "OPTIONS",
        [
          .option(
            "resume-check", \.checkedSteps, .integer(in: 2...1_000_000),
            help: """
              Train this many further steps in a temporary copy, once straight through and once stopped half-way and \
              resumed, on different numbers of threads, and compare the bytes of all files.
              """),
          .json(\.json, "one JSON object per row"),
        ])
    ])

  func run(on terminal: Terminal) throws -> ExitCode {
    if checkedSteps == nil, corpus != nil {
      throw UsageError.conflict("<corpus> is for --resume-check <n>: give both, or neither.")
    }
    if checkedSteps != nil, corpus == nil {
      throw UsageError.conflict(
        "--resume-check needs the text that the run trains on: \(invocation()) verify <run> <corpus>.")
    }
    var report = VerificationReport(of: run, on: terminal, json: json)
    let (isSound, last) = try RunVerification.verify(run) { report.add($0) }
    if let checkedSteps, let corpus {
      if isSound {
        try checkResuming(checkedSteps, after: last, corpus: corpus, &report, terminal)
      } else {
        report.say("\nThe resume check is for sound runs: it was left out.")
      }
    }
    return report.finish()
  }

  private func checkResuming(
    _ count: Int, after last: SavedCheckpoint?, corpus: String, _ report: inout VerificationReport, _ terminal: Terminal
  ) throws {
    guard let last else {
      throw UsageError.conflict("--resume-check is for a run's directory that has a checkpoint; \(run) is none.")
    }
    let check = try ResumeCheck(of: last, corpus: Corpus(path: corpus), steps: count)
    report.begin(check)
    let copies = FileManager.default.temporaryDirectory.appending(path: "minigpt-verify-\(UUID().uuidString)").path
    var progress = ProgressReport(on: terminal, fallback: .error)
    Interruption.startListening()
    defer { Interruption.stopListening() }
    let comparisons: [ResumeCheck.Comparison]?
    do {
      defer { try? FileManager.default.removeItem(atPath: copies) }
      comparisons = try check.run(
        in: copies,
        onStep: { done, total in progress.update { "step \(Formatting.count(done)) of \(Formatting.count(total))" } },
        shouldStop: { Interruption.isRequested })
    }
    terminal.hideProgress()
    guard let comparisons else { Interruption.endAsRequested() }
    for comparison in comparisons { report.add(comparison) }
  }
}
