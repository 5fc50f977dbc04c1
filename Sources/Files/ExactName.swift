/// A name that comes from outside, compared and hashed scalar by scalar: to `String.==`, a precomposed character and its
/// decomposition are one, and so are "K" and the sign for kelvin.
package struct ExactName: Hashable, Sendable {
  /// The name as a string.
  package let text: String

  /// The name that `text` spells.
  package init(_ text: String) { self.text = text }

  package static func == (a: Self, b: Self) -> Bool { a.text.isIdentical(to: b.text) }

  package func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

extension StringProtocol {
  /// Whether both are the same scalars.
  package func isIdentical(to other: some StringProtocol) -> Bool { utf8.elementsEqual(other.utf8) }

  /// Whether this names a file of the directory that it is looked up in: it is not empty, and leads nowhere else.
  ///
  /// Bytes are what the system compares; to `contains`, a slash with a combining mark after it is another character.
  package var isPlainFileName: Bool {
    !isEmpty && !isIdentical(to: ".") && !isIdentical(to: "..")
      && !utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
  }
}
