/// A subcommand. Its arguments are its stored properties, whose initial values are the defaults.
package protocol Command: Sendable {
  /// The command as it stands before any argument is read.
  init()
  /// Its name, its help and its arguments.
  static var definition: CommandDefinition<Self> { get }
  /// The configuration file that was given, for a command that takes one.
  var configFile: String? { get }
  /// Does the command's work and says how it ended; errors are rendered by `ErrorReport`.
  func run(on terminal: Terminal) throws -> ExitCode
}

extension Command {
  /// None, unless the command has such an option.
  package var configFile: String? { nil }
  /// What is typed after `minigpt`.
  package static var name: String { definition.name }
  /// What the command does, in one sentence.
  package static var overview: String { definition.overview }
  /// The first thing to type, for the program's own help.
  package static var firstExample: String? { definition.examples.first?.command }
}

/// A command's name, help and arguments.
package struct CommandDefinition<Root: Command>: Sendable {
  /// Something to type, and what it does.
  package struct Example: Sendable {
    /// What it does, a sentence.
    package let purpose: String
    /// The whole line to type.
    package let command: String

    /// An example for help.
    package init(_ purpose: String, _ command: String) {
      self.purpose = purpose
      self.command = command
    }
  }

  /// Options that belong together, under a heading of their own.
  package struct Group: Sendable {
    /// The heading, in capitals as help's others are.
    package let title: String
    /// The options, in the order of help.
    package let arguments: [ArgumentDefinition<Root>]

    /// A group of these options.
    package init(_ title: String, _ arguments: [ArgumentDefinition<Root>]) {
      self.title = title
      self.arguments = arguments
    }
  }

  /// What is typed after `minigpt`.
  package let name: String
  /// One sentence.
  package let overview: String
  /// What to try first.
  package let examples: [Example]
  /// The arguments given by their place, in order.
  package let positionals: [ArgumentDefinition<Root>]
  /// The options and flags, in the order of help.
  package let groups: [Group]
  /// How it may end.
  package let exitCodes: [ExitCode]

  /// A command from its parts; `--help` is understood without being declared.
  package init(
    name: String, overview: String, examples: [Example], positionals: [ArgumentDefinition<Root>] = [],
    groups: [Group], exitCodes: [ExitCode] = ExitCode.ofEveryCommand
  ) {
    self.name = name
    self.overview = overview
    self.examples = examples
    self.positionals = positionals
    self.groups = groups
    self.exitCodes = exitCodes
  }

  /// Every argument that is given by name.
  package var named: [ArgumentDefinition<Root>] { groups.flatMap(\.arguments) }

  /// The argument that is given by this name, or by another that it is known by.
  func argument(named name: String) -> ArgumentDefinition<Root>? {
    named.first { $0.name == name || $0.aliases.contains(name) }
  }

  /// The name that whoever typed `name`, which none has, most likely meant.
  func suggestion(for name: String, besides more: [String] = []) -> String? {
    let names = named.map(\.name)
    return FamiliarNames.name(for: name, among: names) ?? nearestName(to: name, among: names + more)
  }
}
