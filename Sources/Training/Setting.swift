import Files

/// One hyperparameter of a recipe, and all that is said of it in one place: its name, its type and range, what it is
/// for, and whether it may change when a run is resumed. The table of all is `Recipe.settings`.
package struct Setting: Sendable {
  /// What settings are grouped by in help.
  package enum Group: Sendable {
    case run, model, optimization, evaluation
  }

  /// What a value given for a setting does to a recipe.
  package typealias Change = @Sendable (inout Recipe) -> Void

  /// Its name in files, nanoGPT's where it has one: `n_layer`.
  package let name: String
  /// Where help shows it.
  package let group: Group
  /// One sentence for help. Here and in all messages, names of settings stand between backquotes.
  package let help: String
  /// Whether a run may be resumed with another value.
  package let mayChangeOnResume: Bool
  /// Whether it is true or false.
  package let isBoolean: Bool
  /// Its type's, see `ValueType`.
  package let placeholder, expectation: String
  /// What is accepted, to tell whoever gave this text, which is not.
  package let expectationOfText: @Sendable (_ text: String) -> String
  package let choices: [String]
  /// Its value in a recipe as text; where it is open there or follows another setting, what that means.
  package let text: @Sendable (Recipe) -> String
  /// The change that sets it to the value of a text; nil if that is not one of those accepted.
  package let change: @Sendable (_ text: String) -> Change?

  /// The property of the recipe that holds it.
  let property: any PartialKeyPath<Recipe> & Sendable
  /// Its value in a recipe, defaults resolved; null where it is open.
  package let json: @Sendable (Recipe) -> JSON
  /// The same as text.
  package let resolvedText: @Sendable (Recipe) -> String
  /// Sets it to the value at a place of a document.
  package let read: @Sendable (JSONField, inout Recipe) throws -> Void
  /// Whether its value in a recipe is one of those accepted.
  let isValid: @Sendable (Recipe) -> Bool
  /// Whether files leave it out of a recipe.
  let isOmitted: @Sendable (Recipe) -> Bool
  /// Where it is open in one recipe and is resolved to a value, sets it to its value in another.
  let settle: @Sendable (_ open: inout Recipe, _ settled: Recipe) -> Void
}

extension Setting {
  /// A setting that has a value in every recipe.
  ///
  /// - Parameters:
  ///   - missing: what a file of before the setting means, where there was a before.
  ///   - isOmittedIfMissing: whether files leave it out where it is `missing`, so that they are as they were before it.
  ///   - usual: a value that help names by `text` rather than by number, since it follows another setting.
  package init<Value: Equatable>(
    _ name: String, _ property: any WritableKeyPath<Recipe, Value> & Sendable, _ type: ValueType<Value>,
    _ group: Group, mayChangeOnResume: Bool = false, missing: Value? = nil, isOmittedIfMissing: Bool = false,
    usual: (text: String, value: @Sendable (Recipe) -> Value)? = nil, help: String
  ) {
    var absent: Change?
    if let missing { absent = { $0[keyPath: property] = missing } }
    self.init(
      name, property, type, group, mayChangeOnResume, help,
      given: { recipe in
        let value = recipe[keyPath: property]
        return value == usual?.value(recipe) ? nil : value
      },
      otherwise: usual?.text ?? "", resolved: { $0[keyPath: property] }, store: { $0[keyPath: property] = $1 },
      absent: absent, isOmitted: { isOmittedIfMissing && $0[keyPath: property] == missing }, settle: { _, _ in })
  }

  /// A setting that a recipe may leave open, as nil.
  ///
  /// - Parameters:
  ///   - missing: what a file of before the setting means, where there was a before.
  ///   - isOmittedIfNil: whether files leave it out where it is nil, so that they are as they were before it.
  ///   - whenNil: what nil means, in words.
  ///   - resolved: what nil comes to, where that is a value too: files hold it, and a run is resumed with it. Without,
  ///     files hold null.
  package init<Value>(
    _ name: String, _ property: any WritableKeyPath<Recipe, Value?> & Sendable, _ type: ValueType<Value>,
    _ group: Group, mayChangeOnResume: Bool = false, missing: Value? = nil,
    isOmittedIfNil: Bool = false, whenNil: String,
    resolved: (@Sendable (Recipe) -> Value)? = nil, help: String
  ) {
    var absent: Change?
    if missing != nil || resolved == nil { absent = { $0[keyPath: property] = missing } }
    let value: @Sendable (Recipe) -> Value? = { recipe in recipe[keyPath: property] ?? resolved?(recipe) }
    self.init(
      name, property, type, group, mayChangeOnResume, help,
      given: { $0[keyPath: property] }, otherwise: whenNil, resolved: value, store: { $0[keyPath: property] = $1 },
      absent: absent, isOmitted: { isOmittedIfNil && $0[keyPath: property] == nil },
      settle: { open, settled in
        if resolved != nil, open[keyPath: property] == nil { open[keyPath: property] = value(settled) }
      })
  }

  /// - Parameters:
  ///   - given: the value in a recipe, nil if `otherwise` says better what holds.
  ///   - resolved: the value in a recipe, nil if it is open and null in files.
  ///   - absent: what is done where a file has none; nil if it must have one.
  ///   - isOmitted: whether files leave it out of a recipe.
  private init<Value>(
    _ name: String, _ property: any PartialKeyPath<Recipe> & Sendable, _ type: ValueType<Value>, _ group: Group,
    _ mayChangeOnResume: Bool, _ help: String, given: @escaping @Sendable (Recipe) -> Value?, otherwise: String,
    resolved: @escaping @Sendable (Recipe) -> Value?, store: @escaping @Sendable (inout Recipe, Value) -> Void,
    absent: Change?, isOmitted: @escaping @Sendable (Recipe) -> Bool,
    settle: @escaping @Sendable (inout Recipe, Recipe) -> Void
  ) {
    (self.name, self.property, self.group, self.help) = (name, property, group, help)
    (self.mayChangeOnResume, self.isOmitted, self.settle) = (mayChangeOnResume, isOmitted, settle)
    (placeholder, expectation, choices) = (type.placeholder, type.expectation, type.choices)
    expectationOfText = type.expectation(of:)
    isBoolean = Value.self == Bool.self
    text = { given($0).map(type.format) ?? otherwise }
    change = { text in
      guard let value = type.parse(text) else { return nil }
      return { store(&$0, value) }
    }
    json = { resolved($0).map(type.json) ?? .null }
    resolvedText = { resolved($0).map(type.format) ?? otherwise }
    read = { field, recipe in
      if field.ifPresent == nil, let absent { return absent(&recipe) }
      store(&recipe, try type.value(of: field))
    }
    isValid = { given($0).map(type.accepts) ?? true }
  }
}
