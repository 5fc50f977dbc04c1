/// Reads the words after a subcommand's name into that command.
///
/// `--name value` and `--name=value` are the same, and so are `--n-layer` and `--n_layer`. Where an option is
/// given twice, the last one holds. A word after `--` is never an option. A value that begins with a dash is
/// either a number or follows an equals sign. `--json` is `--json=true`, and `--json=false` takes back what a
/// configuration file says.
package struct ArgumentParser<Root: Command> {
  private let definition: CommandDefinition<Root>
  private var command: Root
  private var openPositionals: ArraySlice<ArgumentDefinition<Root>>
  /// What takes the words for which no place is left.
  private var repeated: ArgumentDefinition<Root>?

  private init(_ definition: CommandDefinition<Root>, over command: Root) {
    self.definition = definition
    self.command = command
    openPositionals = definition.positionals[...]
  }

  /// The command that `words` make of `command`, which is the one of defaults unless given.
  package static func parse(_ words: [String], over command: Root = Root()) throws(UsageError) -> Root {
    var parser = ArgumentParser(Root.definition, over: command)
    try parser.read(words)
    return parser.command
  }

  private mutating func read(_ words: [String]) throws(UsageError) {
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        for value in rest { try take(value) }
        break
      }
      if looksLikeOption(word) {
        try takeNamed(word, &rest)
      } else {
        try take(word)
      }
    }
    if let missing = openPositionals.first, missing.form == .positional(isRequired: true) {
      throw .missingArgument(missing.label)
    }
  }

  private mutating func takeNamed(_ word: String, _ rest: inout ArraySlice<String>) throws(UsageError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let spelling = String(parts[0])
    let inlineValue = parts.count == 2 ? String(parts[1]) : nil
    guard let argument = argument(spelled: spelling) else {
      throw unknownOption(word, spelled: spelling)
    }
    switch argument.form {
    case .flag:
      try assign(inlineValue ?? "true", to: argument)
    case .option, .positional:
      if let inlineValue {
        try assign(inlineValue, to: argument)
      } else if let next = rest.first, !looksLikeOption(next) {
        rest.removeFirst()
        try assign(next, to: argument)
      } else {
        throw .missingValue(argument: argument.label, followedBy: rest.first)
      }
    }
  }

  private mutating func take(_ value: String) throws(UsageError) {
    guard let argument = openPositionals.popFirst() ?? repeated else { throw .unexpectedArgument(value) }
    if argument.isRepeated { repeated = argument }
    try assign(value, to: argument)
  }

  private mutating func assign(_ text: String, to argument: ArgumentDefinition<Root>) throws(UsageError) {
    do {
      try argument.assign(text, &command)
    } catch {
      throw .invalidValue(
        text, argument: argument.label, expectation: error.expectation, suggestion: error.suggestion)
    }
  }

  private func argument(spelled spelling: String) -> ArgumentDefinition<Root>? {
    guard spelling.hasPrefix("--") else { return nil }
    return definition.argument(named: canonicalName(spelling))
  }

  private func unknownOption(_ word: String, spelled spelling: String) -> UsageError {
    let suggestion = definition.suggestion(for: canonicalName(spelling), besides: ["help"])
    // "-data.txt" is a file's name rather than a misspelled option.
    let looksLikeFile = word.contains(".") || word.contains("/") || (suggestion == nil && spelling.count > 2)
    let mayBeFile = !definition.positionals.isEmpty && !word.hasPrefix("--") && looksLikeFile
    return .unknownOption(
      mayBeFile ? word : spelling, suggestion: mayBeFile ? nil : suggestion.map { "--\($0)" }, mayBeFile: mayBeFile)
  }
}

/// The name in `spelling` without its dashes, underscores read as hyphens.
func canonicalName(_ spelling: String) -> String {
  String(spelling.drop { $0 == "-" }).replacing("_", with: "-")
}

/// Whether a word stands for an option: it begins with a dash, and is neither a dash alone nor a number.
private func looksLikeOption(_ word: String) -> Bool {
  word.hasPrefix("-") && word != "-" && Double(word) == nil
}

/// Whether `words` ask for help anywhere before `--`.
package func asksForHelp(_ words: [String]) -> Bool {
  words.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" }
}
