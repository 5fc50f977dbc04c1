import Text

/// A character of a text that the model's vocabulary lacks, shown where it stands.
package struct UnknownCharacterError: Error, Equatable, CustomStringConvertible {
  private let character: UnknownCharacter
  private let place: String
  private let excerpt: String

  /// The error about `character` of a prompt, whose line is shown with a caret under it.
  package init(_ character: UnknownCharacter, inPrompt prompt: String) {
    let line = Line(of: character, in: prompt)
    self.character = character
    place = ""
    let shown = [line.before, line.after].map(Self.visible)
    excerpt = "\n  \(shown[0])\(shown[1])\n  \(String(repeating: " ", count: shown[0].count))^"
  }

  /// The error about `character` of the file at `path`, which holds `text`; line and column count from 1.
  package init(_ character: UnknownCharacter, inFile path: String, text: String) {
    let line = Line(of: character, in: text)
    self.character = character
    place = "\(path): line \(line.number), column \(line.before.count + 1): "
    excerpt = ""
  }

  /// `text` with a dot for each control character, which a terminal would obey.
  private static func visible(_ text: Substring) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "·" : $0 }))
  }

  /// Where it is, what is wrong, and for a prompt the line with a caret.
  package var description: String { "\(place)\(character)\(excerpt)" }
}

/// The line that a character stands on.
private struct Line {
  /// Counts from 1.
  let number: Int
  /// The line's text up to the character, and from it on.
  let before, after: Substring

  init(of character: UnknownCharacter, in text: String) {
    let scalars = text.unicodeScalars
    let place = scalars.index(scalars.startIndex, offsetBy: character.offset)
    let start = scalars[..<place].lastIndex(of: "\n").map { scalars.index(after: $0) } ?? scalars.startIndex
    number = scalars[..<place].count { $0 == "\n" } + 1
    before = text[start..<place]
    after = text[place..<(scalars[place...].firstIndex(of: "\n") ?? scalars.endIndex)]
  }
}
