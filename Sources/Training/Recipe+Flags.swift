extension Recipe {
  /// A setting as a command line has it.
  package struct Flag: Sendable, Equatable {
    /// The setting's name.
    package let name: String
    /// Its value.
    package let text: String

    /// Its words there: "--n-layer" and "3"; of what is true or false one, "--ngram-mixture".
    package var words: [String] {
      let name = "--" + name.replacing("_", with: "-")
      return switch text {
      case "true": [name]
      case "false": [name + "=false"]
      default: [name, text]
      }
    }
  }

  /// The flags that make this recipe of `base`: the settings that differ.
  package func flags(over base: Recipe) -> [Flag] {
    var recipe = base
    var flags: [Flag] = []
    // In the table's order: a setting that others follow precedes them.
    for setting in Self.settings where setting.json(recipe) != setting.json(self) {
      let text = setting.resolvedText(self)
      flags.append(Flag(name: setting.name, text: text))
      setting.change(text)?(&recipe)
    }
    return flags
  }
}
