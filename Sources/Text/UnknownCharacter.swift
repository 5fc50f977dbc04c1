import Foundation

/// A character that the vocabulary lacks: where it stands, and what near it the vocabulary has.
public struct UnknownCharacter: Sendable, Hashable, CustomStringConvertible {
  /// How many Unicode scalars of the text precede it.
  public let offset: Int

  /// The character itself.
  public let scalar: Unicode.Scalar

  /// Known characters that might do instead, nearest first.
  public let suggestions: [Unicode.Scalar]

  init(_ scalar: Unicode.Scalar, offset: Int, isKnown: (Unicode.Scalar) -> Bool) {
    self.scalar = scalar
    self.offset = offset
    var suggestions: [Unicode.Scalar] = []
    for candidate in near(scalar) where isKnown(candidate) && !suggestions.contains(candidate) {
      suggestions.append(candidate)
    }
    self.suggestions = suggestions
  }

  /// A sentence for the person who wrote the text.
  public var description: String {
    let alternatives = suggestions.map(quoted).joined(separator: " or ")
    return "character \(offset + 1) of the text, \(quoted(scalar)), is not in the vocabulary"
      + (suggestions.isEmpty ? "" : "; near it: \(alternatives)")
  }
}

/// What a person may have meant by `scalar`, nearest first: its other case, its plain form, that one's other
/// case.
private func near(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
  let plain = plainForm(scalar)
  return caseVariants(scalar) + [plain] + caseVariants(plain)
}

private func caseVariants(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
  [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping]
    .compactMap { $0.unicodeScalars.count == 1 ? $0.unicodeScalars.first : nil }
    .filter { $0 != scalar }
}

/// The scalar as a plain keyboard has it: typographic punctuation straightened, else without its accents.
private func plainForm(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
  switch scalar {
  case "\u{2018}"..."\u{201B}", "`", "´": return "'"
  case "\u{201C}"..."\u{201F}", "«", "»": return "\""
  case "\u{2010}"..."\u{2015}", "\u{2212}": return "-"
  case "…": return "."
  case _ where scalar.properties.isWhitespace: return " "
  default: return String(scalar).decomposedStringWithCompatibilityMapping.unicodeScalars.first ?? scalar
  }
}
