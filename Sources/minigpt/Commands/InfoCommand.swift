import Checkpoints
import Files
import Training

/// `minigpt info`: what is in a checkpoint, where it came from, and how to open it elsewhere.
struct InfoCommand: Command {
  var checkpoint = ""
  var json = false

  init() {}

  static let definition = CommandDefinition<InfoCommand>(
    name: "info",
    overview: "Show what is in a checkpoint, where it came from, and how to open it elsewhere.",
    examples: [
      .init("The best checkpoint of a run.", "minigpt info checkpoints/my-text"),
      .init("The bundled model.", "minigpt info checkpoints/demo"),
    ],
    positionals: [
      .positional(
        "checkpoint", \.checkpoint, .path(), isRequired: true,
        help: """
          A run's directory (its best checkpoint, else its last) or one checkpoint; also one that transformers saved.
          """)
    ],
    groups: [.init("OPTIONS", [.json(\.json, "one JSON object")])])

  func run(on terminal: Terminal) throws -> ExitCode {
    let summary = try CheckpointSummary(at: checkpoint)
    CheckpointReport(summary).show(on: terminal, json ? .error : .output)
    if json { terminal.writeLine(summary.json.compact) }
    return .success
  }
}
