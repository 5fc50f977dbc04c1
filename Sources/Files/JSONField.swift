/// A place in a JSON document: the value there, if any, and how an error names the place.
///
///     let config = JSONField(try JSON(parsing: bytes, from: path), in: path)
///     let theta = try config["rope_parameters"]["rope_theta"].number
///
/// Going to a place never throws; asking for its value as a type does, with a `FileError.malformed`
/// that names document, place, what was expected and what was found.
package struct JSONField: Sendable {
  /// The value; nil if the document has none.
  package let value: JSON?
  /// The document's name, usually its path.
  package let source: String
  /// How to get here; nil for the root.
  private let location: Location?

  /// A step from a container to one of those that it holds. They share it, and a name is spelled out only for an error, so
  /// that a list of a document's fields takes little memory.
  private struct Location: Sendable {
    enum Step: Sendable { case name(String), index(Int) }
    final class Container: Sendable {
      let location: Location?
      init(_ location: Location?) { self.location = location }
    }
    let step: Step
    let container: Container
  }

  /// The root of `document`, which errors call `source`.
  package init(_ document: JSON, in source: String) {
    self.init(value: document, source: source, location: nil)
  }

  private init(value: JSON?, source: String, location: Location?) {
    self.value = value
    self.source = source
    self.location = location
  }

  /// Names and indices from the root, as an error shows them: `model.vocab`, `shape[1]`; empty for the root.
  package var place: String {
    var place = ""
    var next = location
    while let location = next {
      next = location.container.location
      switch location.step {
      case .index(let index): place = "[\(index)]\(place)"
      case .name(let name):
        place = (next == nil ? "" : ".") + printable(name, limit: Self.excerptLimit) + place
      }
    }
    return place
  }

  /// How much of a name or a value an error shows.
  private static let excerptLimit = 60

  /// The member called `name`.
  package subscript(name: String) -> JSONField {
    field(value?[name], .name(name), of: Location.Container(location))
  }

  private func field(_ value: JSON?, _ step: Location.Step, of container: Location.Container) -> JSONField {
    JSONField(value: value, source: source, location: Location(step: step, container: container))
  }

  /// This place, or nil if it holds nothing or null.
  package var ifPresent: JSONField? { value == nil || value == .null ? nil : self }

  /// The error that says `reason` of this place.
  package func failure(_ reason: String) -> FileError {
    let place = place
    return .malformed(file: source, reason: place.isEmpty ? reason : "\(place): \(reason)")
  }

  /// The error that says what was `expected` at this place and what was found.
  package func mismatch(_ expected: String) -> FileError {
    guard let value else { return failure("expected \(expected), found nothing") }
    return failure("expected \(expected), found \(Self.excerpt(value))")
  }

  /// The error that says what stands here and that only `supported` is.
  package func unsupported(_ supported: String) -> FileError {
    .unsupported(
      file: source, reason: "\(place) is \(value.map(Self.excerpt) ?? "missing"); supported: \(supported)")
  }

  /// Throws `FileError.unsupported` unless the value is `expected`.
  package func require(_ expected: JSON) throws {
    if value != expected { throw unsupported(expected.compact) }
  }

  /// The beginning of `value`, for an error.
  private static func excerpt(_ value: JSON) -> String {
    printable(value.beginning(atMost: excerptLimit), limit: excerptLimit)
  }
}

// MARK: - Typed values

extension JSONField {
  /// The value as true or false.
  package var bool: Bool {
    get throws {
      guard case .bool(let value) = value else { throw mismatch("true or false") }
      return value
    }
  }

  /// The value as an integer; a number with a point is none.
  package var integer: Int {
    get throws {
      guard case .integer(let value) = value else { throw mismatch("an integer") }
      return value
    }
  }

  /// The value as an integer of `range`.
  package func integer(in range: ClosedRange<Int>) throws -> Int {
    guard case .integer(let value) = value, range.contains(value) else {
      throw mismatch("an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// The value as a number, an integer included.
  package var number: Double {
    get throws {
      switch value {
      case .number(let value): return value
      case .integer(let value): return Double(value)
      default: throw mismatch("a number")
      }
    }
  }

  /// The value as a string.
  package var string: String {
    get throws {
      guard case .string(let value) = value else { throw mismatch("a string") }
      return value
    }
  }

  /// The elements of an array.
  package var elements: [JSONField] {
    get throws {
      guard case .array(let elements) = value else { throw mismatch("an array") }
      let container = Location.Container(location)
      return elements.enumerated().map { index, element in field(element, .index(index), of: container) }
    }
  }

  /// The members of an object, in their order.
  package var members: [(name: String, field: JSONField)] {
    get throws {
      guard case .object(let members) = value else { throw mismatch("an object") }
      let container = Location.Container(location)
      return members.map { ($0.name, field($0.value, .name($0.name), of: container)) }
    }
  }
}
