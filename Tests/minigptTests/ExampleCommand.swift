import Files
import minigpt

/// A command with an argument of every form.
struct ExampleCommand: Command {
  enum Shade: Equatable { case light, dark }

  var source = ""
  var target: String?
  var layerCount: Int?
  var batchSize = 12
  var seed: UInt64 = 1
  var rate = 1e-3
  var dropout = 0.0
  var prompt = ""
  var shade = Shade.light
  var json = false

  static let definition = CommandDefinition<ExampleCommand>(
    name: "example", overview: "Shows an argument of every form.",
    examples: [.init("Begin here.", "minigpt example in.txt")],
    positionals: [
      .positional("source", \.source, .path(), isRequired: true, help: "What is read."),
      .positional("target", \.target, .path(), defaultText: "beside the source", help: "What is written."),
    ],
    groups: [
      .init(
        "MODEL",
        [
          .option(
            "n-layer", \.layerCount, .integer(in: 1...96), defaultText: "the preset's", help: "Blocks."),
          .option("batch-size", \.batchSize, .integer(in: 1...1024), help: "Sequences a step."),
          .option("seed", \.seed, .integer(in: 0...UInt64.max), help: "Another seed, another run."),
          .option("learning-rate", \.rate, .number(atLeast: 0), help: "The highest learning rate."),
          .option("dropout", \.dropout, .number(atLeast: 0, below: 1), help: "The share of units dropped."),
          .option("prompt", \.prompt, .text, help: "The text to go on from."),
          .option(
            "shade", \.shade, .choice("shade", ["light": .light, "dark": .dark]), help: "Light or dark."),
        ]),
      .init("OUTPUT", [.flag("json", \.json, help: "One JSON object a line.")]),
    ], exitCodes: [.success, .badData])

  func run(on terminal: Terminal) throws -> ExitCode { .success }
}

/// The example command that `words` describe.
func parse(_ words: String...) throws(UsageError) -> ExampleCommand {
  try ArgumentParser<ExampleCommand>.parse(words)
}
