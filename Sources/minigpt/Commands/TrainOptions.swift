import Checkpoints
import Files
import Training

// The options of `minigpt train`: its own, and one for every setting of a recipe.

extension TrainCommand {
  static var runOptions: [ArgumentDefinition<TrainCommand>] {
    [
      .preset(\.preset),
      .budget,
      .option(
        "init-from", \.pretrained, .path(), defaultText: "random weights",
        help: """
          Fine-tune: begin with the model of this run (its best) or checkpoint. Its shape stays; characters that it does \
          not know get new rows; optimizer and schedule begin anew.
          """),
      .option(
        "config", \.configFile, .path("file"), defaultText: nil,
        help: "A JSON file of options by name, such as {\"n_layer\": 6}; the command line takes precedence."),
      .option(
        "out", \.output, .path(),
        defaultText: "checkpoints/ and the corpus's name, numbered if that is taken",
        help: "The run's directory."
      ).alsoCalled("out-dir"),
      .flag("resume", \.resumes, help: "Resume the run in that directory; start a new one if there is none."),
      .flag("overwrite", \.overwrites, help: "Replace the run in that directory."),
    ] + settings(.run) + [
      .option(
        "log-every", \.logInterval, .integer(in: 1...Int.max),
        defaultText: "ten times a second on a terminal, every ten seconds elsewhere",
        help: "Steps between lines of progress."
      ).alsoCalled("log-interval"),
      .eventDirectory,
      .threads(\.threads),
      .json(\.json, "one JSON object for each step, evaluation and checkpoint"),
    ]
  }
}

/// Where files for TensorBoard go.
enum EventDirectory: Sendable, Equatable {
  /// Into the run's own directory.
  case run
  case other(String)

  /// The path, where it is not the run's.
  var path: String? { if case .other(let path) = self { path } else { nil } }
}

extension ArgumentDefinition<TrainCommand> {
  /// `--tensorboard`, alone or with a directory.
  fileprivate static var eventDirectory: Self {
    ArgumentDefinition(
      name: "tensorboard", form: .flag, placeholder: "dir",
      help: "Also write the losses, rates and samples for TensorBoard, into the run's directory or the one given.",
      defaultText: nil,
      assign: { (text, command) throws(RejectedValue) in
        switch text {
        case "": throw RejectedValue(expectation: "a path", suggestion: nil)
        case "true": command.eventDirectory = .run
        case "false": command.eventDirectory = nil
        default: command.eventDirectory = .other(RunDirectory(text).path)
        }
      })
  }
}

/// A command that is about a run: a preset's recipe, and what is changed in it.
protocol RunCommand: Command {
  /// The name of the preset, if one is asked for.
  var preset: String? { get set }
  /// What the command line changes in the preset's recipe, by the names of settings.
  var changes: [String: Setting.Change] { get set }
}

extension RunCommand {
  /// An option for each setting of `group`.
  static func settings(_ group: Setting.Group) -> [ArgumentDefinition<Self>] {
    Recipe.settings.filter { $0.group == group }.map { .setting($0) }
  }

  /// The recipe asked for: the preset's, or else `start`, with what the command line changes.
  func recipe(from start: Recipe) -> Recipe {
    (preset.flatMap(Preset.named)?.recipe ?? start).changed(by: changes)
  }
}

extension ArgumentDefinition where Root: RunCommand {
  /// `--preset`.
  static func preset(_ property: any WritableKeyPath<Root, String?> & Sendable) -> Self {
    let presets = Preset.all.map { "\($0.name) (\($0.summary))" }.joined(separator: "; ")
    return .option(
      "preset", property, .choice("name", among: Preset.all.map(\.name)),
      defaultText:
        "\(Preset.fables.name) for the bundled corpus; else what the budget chooses, \(Preset.all[0].name) without one",
      help: "Default settings for the run: \(presets).")
  }

  /// The option that changes a setting of the preset's recipe.
  static func setting(_ setting: Setting) -> Self {
    ArgumentDefinition(
      name: canonicalName(setting.name), form: setting.isBoolean ? .flag : .option,
      placeholder: setting.placeholder, help: namingFlags(in: setting.help),
      defaultText: namingFlags(in: defaults(of: setting)),
      assign: { (text, command) throws(RejectedValue) in
        guard let change = setting.change(text) else {
          throw RejectedValue(
            expectation: setting.expectationOfText(text), suggestion: nearestName(to: text, among: setting.choices))
        }
        command.changes[setting.name] = change
      })
  }

  /// The default preset's value, and those of the presets that have another: "12; shakespeare: 64".
  private static func defaults(of setting: Setting) -> String {
    let first = setting.text(Preset.all[0].recipe)
    let others = Preset.all.dropFirst().map { ($0.name, setting.text($0.recipe)) }.filter { $0.1 != first }
    return ([first] + others.map { "\($0): \($1)" }).joined(separator: "; ")
  }
}

/// `text` with the names of settings that stand between backquotes in it as flags: "`n_layer`" as "--n-layer"; options of
/// sampling, scoring and exporting, and the budget, as well.
package func namingFlags(in text: String) -> String {
  let others =
    SampleCommand.definition.named.map(\.name) + EvalCommand.definition.named.map(\.name)
    + ExportCommand.definition.named.map(\.name)
  let names = Recipe.settings.map(\.name) + others.map { $0.replacing("-", with: "_") } + ["budget", "init_from"]
  return names.reduce(text) { $0.replacing("`\($1)`", with: "--\(canonicalName($1))") }
}
