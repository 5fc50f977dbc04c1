extension Recipe {
  /// The settings, as names and texts of their flags, that make this recipe of `base`: those that differ.
  package func flags(over base: Recipe) -> [(name: String, text: String)] {
    var recipe = base
    var flags: [(name: String, text: String)] = []
    // In the table's order: a setting that others follow precedes them.
    for setting in Self.settings where setting.json(recipe) != setting.json(self) {
      let text = setting.resolvedText(self)
      flags.append((setting.name, text))
      setting.change(text)?(&recipe)
    }
    return flags
  }
}
