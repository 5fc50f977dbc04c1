/// Help and usage, laid out as swift-argument-parser does: headings in capitals, names indented by two,
/// explanations from column 26 on, wrapped to the width of the terminal.
package struct HelpText {
  private static let indentation = 2
  private static let explanationColumn = 26
  private static let mostOptionsInUsage = 12

  private let width: Int
  private var sections: [String] = []

  private init(width: Int) {
    self.width = max(width, Self.explanationColumn + 20)
  }

  /// The whole help of a command.
  package static func full<Root: Command>(_ definition: CommandDefinition<Root>, width: Int) -> String {
    var help = HelpText(width: width)
    help.add("OVERVIEW: " + definition.overview)
    help.add("USAGE: " + usage(definition), continuation: "USAGE: ".count + 2)
    help.sections.append(
      (["EXAMPLES:"]
        + definition.examples.map {
          wrapped($0.purpose, width: help.width, indentation: indentation)
            + "\n" + String(repeating: " ", count: indentation + 2) + $0.command
        }).joined(separator: "\n"))
    help.addTable("ARGUMENTS", definition.positionals.map { ($0.label, $0.helpText) })
    for group in definition.groups {
      help.addTable(group.title, group.arguments.map { ($0.label, $0.helpText) })
    }
    help.addTable("HELP", [("-h, --help", "Show this text.")])
    help.addTable("EXIT CODES", ExitCode.table(of: definition.exitCodes).map { ($0.code, $0.meaning) })
    return help.text
  }

  /// The help of the program as a whole: `examples` first, then its commands.
  package static func overview(
    _ sentence: String, examples: [String], commands: [(name: String, overview: String)], width: Int
  ) -> String {
    var help = HelpText(width: width)
    help.add("OVERVIEW: " + sentence)
    help.add("USAGE: minigpt <command>")
    help.sections.append(
      "EXAMPLES:\n"
        + examples.map { String(repeating: " ", count: indentation) + $0 }.joined(separator: "\n"))
    help.addTable("COMMANDS", commands.map { ($0.name, $0.overview) })
    help.addTable("OPTIONS", [("--version", "Show the version."), ("-h, --help", "Show this text.")])
    help.addTable("EXIT CODES", ExitCode.table().map { ($0.code, $0.meaning) })
    help.sections.append("  See 'minigpt help <command>' for detailed help.")
    return help.text
  }

  /// The lines that follow an error's own: the argument concerned, the usage, and where to read more.
  package static func afterError<Root: Command>(
    _ error: UsageError, _ definition: CommandDefinition<Root>, width: Int
  ) -> String {
    var help = HelpText(width: width)
    let arguments = definition.positionals + definition.named
    if let label = error.argument, let argument = arguments.first(where: { $0.label == label }) {
      help.add("Help:  \(label)  \(argument.help)", continuation: "Help:  ".count)
    }
    help.add("Usage: " + usage(definition), continuation: "Usage: ".count + 2)
    help.sections.append("  See 'minigpt \(definition.name) --help' for more information.")
    return help.sections.joined(separator: "\n") + "\n"
  }

  /// The command's usage on one line; options are listed one by one where they are few.
  private static func usage<Root: Command>(_ definition: CommandDefinition<Root>) -> String {
    let positionals = definition.positionals.map {
      $0.form == .positional(isRequired: true) ? $0.label : "[\($0.label)]"
    }
    let options =
      definition.named.count <= mostOptionsInUsage
      ? definition.named.map { "[\($0.label)]" } : ["[<options>]"]
    return (["minigpt", definition.name] + positionals + options).joined(separator: " ")
  }

  private var text: String { sections.joined(separator: "\n\n") + "\n" }

  private mutating func add(_ text: String, continuation: Int = 0) {
    sections.append(wrapped(text, width: width, indentation: 0, continuation: continuation))
  }

  private mutating func addTable(_ title: String, _ rows: [(label: String, explanation: String)]) {
    guard !rows.isEmpty else { return }
    sections.append(([title + ":"] + rows.map(row)).joined(separator: "\n"))
  }

  private func row(_ label: String, _ explanation: String) -> String {
    let column = Self.explanationColumn
    let label = String(repeating: " ", count: Self.indentation) + label
    let body = wrapped(explanation, width: width, indentation: column)
    guard label.count < column else { return label + "\n" + body }
    return label + body.dropFirst(label.count)
  }
}

/// `text` cut between words into lines of at most `width` columns: the first indented by `indentation`,
/// the others by `indentation + continuation`. A word longer than a line keeps a line to itself.
package func wrapped(_ text: String, width: Int, indentation: Int, continuation: Int = 0) -> String {
  var lines: [String] = []
  var line = String(repeating: " ", count: indentation)
  var lineIsEmpty = true
  for word in text.split(separator: " ", omittingEmptySubsequences: false) {
    if !lineIsEmpty, line.count + 1 + word.count > width {
      lines.append(line)
      line = String(repeating: " ", count: indentation + continuation)
      lineIsEmpty = true
    }
    line += lineIsEmpty ? word : " " + word
    lineIsEmpty = false
  }
  return (lines + [line]).joined(separator: "\n")
}
