import Files
import Training

/// `minigpt runs`: what runs there are, a line each.
struct RunsCommand: Command {
  var folder: String?
  var json = false

  init() {}

  /// Where `train` saves unless it is told otherwise.
  private static let usualFolder = "checkpoints"

  static let definition = CommandDefinition<RunsCommand>(
    name: "runs",
    overview:
      "List the runs in a folder, the newest first: text, parameters, step, best validation loss, time, baselines.",
    examples: [
      .init("All runs under checkpoints.", "minigpt runs"),
      .init("The best first, for a program.", "minigpt runs --json | jq -s 'sort_by(.best_val_loss)'"),
    ],
    positionals: [
      .positional(
        "folder", \.folder, .path(), defaultText: usualFolder, help: "A folder of runs and checkpoints, or one of them."
      )
    ],
    groups: [.init("OPTIONS", [.json(\.json, "one JSON object for each run")])])

  func run(on terminal: Terminal) throws -> ExitCode {
    let people: Terminal.Stream = json ? .error : .output
    let runs = try summaries()
    guard !runs.isEmpty else {
      let place = printable(folder ?? Self.usualFolder)
      terminal.writeLine("No runs in \(place). To make one:\n  \(invocation()) train my-text.txt", to: people)
      return .success
    }
    if json { for run in runs { terminal.writeLine(run.json.compact) } }
    RunsTable(runs).show(on: terminal, people)
    return .success
  }

  /// The usual folder need not be there; one that is named must be.
  private func summaries() throws -> [RunSummary] {
    if folder == nil, try POSIX().kind(of: Self.usualFolder, followsLink: true) == nil { return [] }
    return try RunSummary.all(in: folder ?? Self.usualFolder)
  }
}
