import Autograd
import Files
import Transformer

/// The values that a setting or an argument of the command line takes: which are accepted, how that is said, and how
/// one is written as text and as JSON.
package struct ValueType<Value: Sendable>: Sendable {
  /// What stands for a value in help, as in `<n>`.
  package let placeholder: String
  /// What is accepted, to follow "must be": "a whole number from 1 to 96".
  package let expectation: String
  /// The words that may be given, where they can be counted: for suggestions.
  package let choices: [String]
  /// The value that `text` stands for, or nil if it is not one of those accepted.
  package let parse: @Sendable (_ text: String) -> Value?
  /// The text that `parse` would read as `value`.
  package let format: @Sendable (_ value: Value) -> String
  /// The JSON that `value(of:)` would read as `value`.
  package let json: @Sendable (_ value: Value) -> JSON
  private let read: @Sendable (_ json: JSON) -> Value?
  /// The largest whole number, where `expectation` does not name it.
  private let unnamedMaximum: String?

  /// A type of value from its parts; where nothing is said of JSON, a value is a string there.
  package init(
    placeholder: String, expectation: String, unnamedMaximum: String? = nil, choices: [String] = [],
    parse: @escaping @Sendable (_ text: String) -> Value?,
    format: @escaping @Sendable (_ value: Value) -> String,
    json: (@Sendable (_ value: Value) -> JSON)? = nil,
    read: (@Sendable (_ json: JSON) -> Value?)? = nil
  ) {
    self.placeholder = placeholder
    self.expectation = expectation
    self.unnamedMaximum = unnamedMaximum
    self.choices = choices
    self.parse = parse
    self.format = format
    self.json = json ?? { .string(format($0)) }
    self.read =
      read ?? {
        guard case .string(let text) = $0 else { return nil }
        return parse(text)
      }
  }

  /// What is accepted, to tell whoever gave `text`, which is not: for a whole number that is too large, the largest.
  package func expectation(of text: String) -> String {
    let digits = text.drop { $0 == "0" }
    guard let maximum = unnamedMaximum, digits.allSatisfy(\.isWholeNumber),
      (digits.count, String(digits)) > (maximum.count, maximum)
    else { return expectation }
    return "at most \(maximum)"
  }

  /// Whether `value` is one of those accepted.
  package func accepts(_ value: Value) -> Bool { parse(format(value)) != nil }

  /// The value at a place of a document. Throws `FileError.malformed` where there is none that is accepted.
  package func value(of field: JSONField) throws -> Value {
    guard let value = field.value.flatMap(read) else { throw field.mismatch(expectation) }
    return value
  }
}

// MARK: - Numbers

extension ValueType where Value: FixedWidthInteger {
  /// A whole number within `range`. JSON holds an unsigned one past the range of Int as the negative of the same bits.
  package static func integer(in range: ClosedRange<Value>) -> Self {
    ValueType(
      placeholder: "n",
      expectation: range.upperBound == .max
        ? "a whole number of at least \(range.lowerBound)"
        : "a whole number from \(range.lowerBound) to \(range.upperBound)",
      unnamedMaximum: range.upperBound == .max ? "\(range.upperBound)" : nil,
      parse: { Value($0).flatMap { range.contains($0) ? $0 : nil } },
      format: { String($0) },
      json: { .integer(Int(truncatingIfNeeded: $0)) },
      read: { json in
        guard case .integer(let integer) = json else { return nil }
        let value = Value(truncatingIfNeeded: integer)
        return Int(truncatingIfNeeded: value) == integer && range.contains(value) ? value : nil
      })
  }
}

extension ValueType<Double> {
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
    @Sendable func accepted(_ value: Double) -> Double? {
      value.isFinite && value >= minimum && value > infimum && value <= maximum && value < supremum ? value : nil
    }
    return ValueType(
      placeholder: "x",
      expectation: (["a number", bounds.joined(separator: " and ")]).filter { !$0.isEmpty }.joined(separator: " "),
      parse: { text in
        text.allSatisfy { "0123456789+-.eE".contains($0) } ? Double(text).flatMap(accepted) : nil
      },
      format: plain,
      json: { .number($0) },
      read: { json in
        switch json {
        case .number(let value): accepted(value)
        case .integer(let value): accepted(Double(value))
        default: nil
        }
      })
  }

  private static func plain(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
  }
}

// MARK: - Words

extension ValueType<String> {
  /// Any text, the empty one included.
  package static let text = ValueType(placeholder: "text", expectation: "text", parse: { $0 }, format: { $0 })

  /// One of a few words.
  package static func choice(_ placeholder: String, among words: [String]) -> Self {
    ValueType(
      placeholder: placeholder, expectation: oneOf(words), choices: words,
      parse: { words.contains($0) ? $0 : nil }, format: { $0 })
  }

  /// The path of a file or folder.
  package static func path(_ placeholder: String = "path") -> Self {
    ValueType(placeholder: placeholder, expectation: "a path", parse: { $0.isEmpty ? nil : $0 }, format: { $0 })
  }
}

extension ValueType where Value: Equatable {
  /// One of a few values, each named by a word.
  package static func choice(_ placeholder: String, _ values: KeyValuePairs<String, Value>) -> Self {
    let names = values.map(\.key)
    let table = values.map { (name: $0.key, value: $0.value) }
    return ValueType(
      placeholder: placeholder, expectation: oneOf(names), choices: names,
      parse: { text in table.first { $0.name == text }?.value },
      format: { value in table.first { $0.value == value }?.name ?? "" })
  }
}

extension ValueType where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
  /// One of the values that a type has, by the names that they have there.
  static func choice(_ placeholder: String) -> Self {
    let names = Value.allCases.map(\.rawValue)
    return ValueType(
      placeholder: placeholder, expectation: oneOf(names), choices: names, parse: { Value(rawValue: $0) },
      format: { $0.rawValue })
  }
}

extension ValueType<Bool> {
  /// True or false.
  package static let boolean = ValueType(
    placeholder: "true|false", expectation: oneOf(["true", "false"]), choices: ["true", "false"],
    parse: { Bool($0) }, format: { String($0) }, json: { .bool($0) },
    read: { json in
      guard case .bool(let value) = json else { return nil }
      return value
    })
}

extension ValueType<Precision> {
  /// A precision by its name.
  package static let precision = choice("name")
}

extension ValueType<ModelArchitecture> {
  /// A model's architecture by its name.
  package static let architecture = choice("name")
}

extension ValueType<OptimizerKind> {
  /// An optimizer by its name.
  package static let optimizer = choice("name")
}

extension ValueType<EvaluationExtent> {
  /// A number of batches, or "full".
  static let evaluationExtent = {
    let count = ValueType<Int>.integer(in: 1...Int.max)
    return ValueType(
      placeholder: count.placeholder, expectation: count.expectation + ", or 'full'", choices: ["full"],
      parse: { $0 == "full" ? .full : count.parse($0).map { .batches($0) } },
      format: { extent in
        switch extent {
        case .full: "full"
        case .batches(let number): count.format(number)
        }
      },
      json: { extent in
        switch extent {
        case .full: "full"
        case .batches(let number): count.json(number)
        }
      },
      read: { $0 == "full" ? .full : count.read($0).map { .batches($0) } })
  }()
}

private func oneOf(_ words: [String]) -> String {
  "one of " + words.map { "'\($0)'" }.joined(separator: ", ")
}
