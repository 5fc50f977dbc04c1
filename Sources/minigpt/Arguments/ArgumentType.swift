import Foundation

/// How the text of one argument becomes a value: what is accepted, how that is said, and how a value is
/// written back.
package struct ArgumentType<Value: Sendable>: Sendable {
  /// What stands between angle brackets in help, as in `--n-layer <n>`.
  package let placeholder: String
  /// What is accepted, to follow "must be": "a whole number from 1 to 96".
  package let expectation: String
  /// The words that may be given, where they can be counted: for suggestions.
  package let choices: [String]
  /// The value that `text` stands for, or nil where it is not one of those accepted.
  package let parse: @Sendable (_ text: String) -> Value?
  /// The text that `parse` would read as `value`.
  package let format: @Sendable (_ value: Value) -> String

  /// A type of argument from its parts; see the ready-made ones below.
  package init(
    placeholder: String, expectation: String, choices: [String] = [],
    parse: @escaping @Sendable (_ text: String) -> Value?,
    format: @escaping @Sendable (_ value: Value) -> String
  ) {
    self.placeholder = placeholder
    self.expectation = expectation
    self.choices = choices
    self.parse = parse
    self.format = format
  }
}

extension ArgumentType where Value: FixedWidthInteger {
  /// A whole number within `range`.
  package static func integer(in range: ClosedRange<Value>) -> Self {
    ArgumentType(
      placeholder: "n",
      expectation: range.upperBound == .max
        ? "a whole number of at least \(range.lowerBound)"
        : "a whole number from \(range.lowerBound) to \(range.upperBound)",
      parse: { Value($0).flatMap { range.contains($0) ? $0 : nil } },
      format: { String($0) })
  }
}

extension ArgumentType<Double> {
  /// A finite decimal number within the given bounds; not-a-number, infinities and hexadecimals are refused.
  package static func number(
    atLeast minimum: Double = -.infinity, above infimum: Double = -.infinity,
    atMost maximum: Double = .infinity, below supremum: Double = .infinity
  ) -> Self {
    let bounds = [
      minimum.isFinite ? "of at least \(plain(minimum))" : nil,
      infimum.isFinite ? "greater than \(plain(infimum))" : nil,
      maximum.isFinite ? "at most \(plain(maximum))" : nil,
      supremum.isFinite ? "less than \(plain(supremum))" : nil,
    ].compactMap(\.self)
    return ArgumentType(
      placeholder: "x",
      expectation: (["a number", bounds.joined(separator: " and ")]).filter { !$0.isEmpty }
        .joined(separator: " "),
      parse: { text in
        guard text.allSatisfy({ "0123456789+-.eE".contains($0) }), let value = Double(text), value.isFinite,
          value >= minimum, value > infimum, value <= maximum, value < supremum
        else { return nil }
        return value
      },
      format: plain)
  }

  private static func plain(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
  }
}

extension ArgumentType<String> {
  /// Any text, the empty one included.
  package static let text = ArgumentType(
    placeholder: "text", expectation: "text", parse: { $0 }, format: { $0 })

  /// One of a few words.
  package static func choice(_ placeholder: String, among words: [String]) -> Self {
    ArgumentType(
      placeholder: placeholder, expectation: oneOf(words), choices: words,
      parse: { words.contains($0) ? $0 : nil }, format: { $0 })
  }

  /// The path of a file or folder.
  package static func path(_ placeholder: String = "path") -> Self {
    ArgumentType(
      placeholder: placeholder, expectation: "a path", parse: { $0.isEmpty ? nil : $0 }, format: { $0 })
  }
}

extension ArgumentType where Value: Equatable {
  /// One of a few values, each named by a word.
  package static func choice(_ placeholder: String, _ values: KeyValuePairs<String, Value>) -> Self {
    let names = values.map(\.key)
    let table = values.map { (name: $0.key, value: $0.value) }
    return ArgumentType(
      placeholder: placeholder, expectation: oneOf(names), choices: names,
      parse: { text in table.first { $0.name == text }?.value },
      format: { value in table.first { $0.value == value }?.name ?? "" })
  }
}

private func oneOf(_ words: [String]) -> String {
  "one of " + words.map { "'\($0)'" }.joined(separator: ", ")
}
