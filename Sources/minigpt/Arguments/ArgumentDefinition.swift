import Training

/// One argument of a command, declared once: parsing, validation and help all read this declaration.
///
/// `Root` is the command; the argument's value is one of its stored properties, and that property's
/// initial value is the default.
package struct ArgumentDefinition<Root: Command>: Sendable {
  /// How an argument is given.
  package enum Form: Sendable, Equatable {
    /// By its place: `minigpt eval CHECKPOINT`.
    case positional(isRequired: Bool)
    /// By its name and a value: `--n-layer 4`.
    case option
    /// By its name alone, or with a truth value: `--json`, `--json=false`.
    case flag
  }

  /// The name without dashes, its words joined by hyphens: "n-layer".
  package let name: String
  /// Other names that are understood, and not shown in help.
  package var aliases: [String] = []
  /// How it is given.
  package let form: Form
  /// Whether an argument given by its place, the last of them, takes all the words that are left.
  package var isRepeated = false
  /// What stands between angle brackets in help; empty for a flag that is false unless given.
  package let placeholder: String
  /// One sentence for `--help`.
  package let help: String
  /// What holds where the argument is not given, as help shows it.
  package let defaultText: String?
  /// Puts the value that a text stands for into a command, or says why it is not one.
  package let assign: @Sendable (_ text: String, _ command: inout Root) throws(RejectedValue) -> Void
}

/// A text that an argument's type does not accept.
package struct RejectedValue: Error, Equatable {
  /// What would be accepted, to follow "must be".
  package let expectation: String
  /// The accepted word nearest to the text, where one is near.
  package let suggestion: String?
}

extension ArgumentDefinition {
  /// An argument given by its place, whose default is the property's initial value.
  package static func positional<Value>(
    _ name: String, _ property: any WritableKeyPath<Root, Value> & Sendable, _ type: ValueType<Value>,
    isRequired: Bool = false, help: String
  ) -> Self {
    ArgumentDefinition(
      name: name, form: .positional(isRequired: isRequired), placeholder: name, help: help,
      defaultText: isRequired ? nil : type.format(Root()[keyPath: property]),
      assign: type.assignment { $1[keyPath: property] = $0 })
  }

  /// An argument given by its place, and nil if it is not given; `defaultText` says what holds then.
  package static func positional<Value>(
    _ name: String, _ property: any WritableKeyPath<Root, Value?> & Sendable, _ type: ValueType<Value>,
    defaultText: String? = nil, help: String
  ) -> Self {
    ArgumentDefinition(
      name: name, form: .positional(isRequired: false), placeholder: name, help: help,
      defaultText: defaultText, assign: type.assignment { $1[keyPath: property] = $0 })
  }

  /// The last argument given by its place, of which there may be any number, and must be one.
  package static func repeated<Value>(
    _ name: String, _ property: any WritableKeyPath<Root, [Value]> & Sendable, _ type: ValueType<Value>, help: String
  ) -> Self {
    ArgumentDefinition(
      name: name, form: .positional(isRequired: true), isRepeated: true, placeholder: name, help: help,
      defaultText: nil, assign: type.assignment { $1[keyPath: property].append($0) })
  }

  /// An option, whose default is the property's initial value.
  package static func option<Value>(
    _ name: String, _ property: any WritableKeyPath<Root, Value> & Sendable, _ type: ValueType<Value>,
    help: String
  ) -> Self {
    option(name, type, defaultText: type.format(Root()[keyPath: property]), help: help) {
      $1[keyPath: property] = $0
    }
  }

  /// An option that is nil if it is not given; `defaultText` says what holds then.
  package static func option<Value>(
    _ name: String, _ property: any WritableKeyPath<Root, Value?> & Sendable, _ type: ValueType<Value>,
    defaultText: String? = nil, help: String
  ) -> Self {
    option(name, type, defaultText: defaultText, help: help) { $1[keyPath: property] = $0 }
  }

  /// An option whose value goes where `store` puts it.
  package static func option<Value>(
    _ name: String, _ type: ValueType<Value>, defaultText: String?, help: String,
    store: @escaping @Sendable (_ value: Value, _ command: inout Root) -> Void
  ) -> Self {
    ArgumentDefinition(
      name: name, form: .option, placeholder: type.placeholder, help: help, defaultText: defaultText,
      assign: type.assignment(store))
  }

  /// A flag: false, and true where it is given.
  package static func flag(
    _ name: String, _ property: any WritableKeyPath<Root, Bool> & Sendable, help: String
  ) -> Self {
    ArgumentDefinition(
      name: name, form: .flag, placeholder: "", help: help, defaultText: nil,
      assign: ValueType.boolean.assignment { $1[keyPath: property] = $0 })
  }
}

extension ValueType {
  /// Reads a text and stores its value, or says why it is none.
  fileprivate func assignment<Root>(
    _ store: @escaping @Sendable (Value, inout Root) -> Void
  ) -> @Sendable (String, inout Root) throws(RejectedValue) -> Void {
    { (text, command) throws(RejectedValue) in
      guard let value = parse(text) else {
        throw RejectedValue(expectation: expectation(of: text), suggestion: nearestName(to: text, among: choices))
      }
      store(value, &command)
    }
  }
}

extension ArgumentDefinition {
  /// The argument, understood under other names as well.
  package func alsoCalled(_ aliases: String...) -> Self {
    var copy = self
    copy.aliases = aliases
    return copy
  }

  /// Whether the argument is given by its place.
  package var isPositional: Bool {
    if case .positional = form { true } else { false }
  }

  /// The argument as help and messages name it: "<corpus>", "<run>...", "--n-layer <n>", "--json", "--on[=true|false]".
  package var label: String {
    switch form {
    case .positional: "<\(name)>" + (isRepeated ? "..." : "")
    case .option: "--\(name) <\(placeholder)>"
    case .flag: "--\(name)" + (placeholder.isEmpty ? "" : "[=\(placeholder)]")
    }
  }

  /// Help's text for the argument, its default included.
  package var helpText: String {
    guard let defaultText, !defaultText.isEmpty else { return help }
    return "\(help) (default: \(defaultText))"
  }
}
