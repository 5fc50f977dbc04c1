/// A JSON value (RFC 8259) that keeps the order of members and tells integers from other numbers.
///
///     let event: JSON = ["event": "step", "step": .integer(step), "loss": .number(loss)]
///     print(event.compact)
package enum JSON: Sendable {
  case null
  case bool(Bool)
  /// A number spelled without point and exponent.
  case integer(Int)
  /// Any other number.
  case number(Double)
  case string(String)
  case array([JSON])
  case object([Member])

  /// One `"name": value` of an object.
  package struct Member: Sendable {
    /// What the member is called.
    package var name: String
    /// What it holds.
    package var value: JSON

    /// The member `"name": value`.
    package init(name: String, value: JSON) {
      self.name = name
      self.value = value
    }

    /// Whether its name is the same scalars as `other`.
    func isNamed(_ other: String) -> Bool { name.isIdentical(to: other) }
  }

  /// The value of an object's member; nil if there is none, or if this is no object.
  ///
  /// Setting appends a new member at the end, replaces the value of one that is there, or removes it (nil).
  package subscript(name: String) -> JSON? {
    get {
      guard case .object(let members) = self else { return nil }
      return members.first { $0.isNamed(name) }?.value
    }
    set {
      guard case .object(var members) = self else { return }
      let index = members.firstIndex { $0.isNamed(name) }
      switch (index, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append(Member(name: name, value: value))
      case (nil, nil): break
      }
      self = .object(members)
    }
  }
}

// MARK: - Equality

// Strings and names are compared scalar by scalar, which `String.==` does not.

extension JSON: Equatable {
  package static func == (a: Self, b: Self) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.string(let a), .string(let b)): a.isIdentical(to: b)
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)): a == b
    default: false
    }
  }
}

extension JSON.Member: Equatable {
  package static func == (a: Self, b: Self) -> Bool { a.isNamed(b.name) && a.value == b.value }
}

// MARK: - Literals

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  package init(nilLiteral: ()) { self = .null }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(integerLiteral value: Int) { self = .integer(value) }
  package init(floatLiteral value: Double) { self = .number(value) }
  package init(stringLiteral value: String) { self = .string(value) }
  package init(arrayLiteral elements: JSON...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(elements.map { Member(name: $0.0, value: $0.1) })
  }
}
