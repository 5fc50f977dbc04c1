import Files

/// What can be wrong with a text, with the place and the way out.
public enum TextError: Error, Sendable, Equatable {
  case noSuchFile(path: String)
  case isDirectory(path: String)
  case unreadable(path: String, reason: String)
  case empty(path: String)
  /// Reading was to stop before the file's end.
  case interrupted(path: String)
  /// The file is something else than UTF-8 text.
  case notUTF8(EncodingFault)
  case unknownCharacter(UnknownCharacter)
  case duplicateInVocabulary(Unicode.Scalar)
  case validationFractionOutOfRange(Double)
  case shorterThanBlock(TokenDataset.Split, tokens: Int, blockSize: Int)
  case nothingToScore(tokens: Int)
  case strideOutOfRange(Int, blockSize: Int)
}

extension TextError: CustomStringConvertible {
  /// A sentence for the person who gave the text.
  public var description: String {
    switch self {
    case .noSuchFile(let path):
      "\(printable(path)): no such file"
    case .isDirectory(let path):
      "\(printable(path)) is a directory; give a text file"
    case .unreadable(let path, let reason):
      "\(printable(path)) cannot be read: \(reason)"
    case .empty(let path):
      "\(printable(path)) holds no text"
    case .interrupted(let path):
      "interrupted while \(printable(path)) was read"
    case .notUTF8(let fault):
      fault.description
    case .unknownCharacter(let character):
      character.description
    case .duplicateInVocabulary(let scalar):
      "the vocabulary holds \(quoted(scalar)) twice"
    case .validationFractionOutOfRange(let fraction):
      "`val_fraction` is \(fraction), but must be at least 0 and less than 1"
    case .shorterThanBlock(let split, let tokens, let blockSize):
      "the \(split) split holds \(counted(tokens, "token")), but one block of \(blockSize) and the token after it take "
        + "more; " + waysOut(split, tokens: tokens)
    case .nothingToScore(let tokens):
      "the text holds \(counted(tokens, "token")), but scoring needs at least 2, as the first has nothing before it"
    case .strideOutOfRange(let stride, let blockSize):
      "`stride` is \(stride), but must be from 1 to the block size, \(blockSize)"
    }
  }
}

private func waysOut(_ split: TokenDataset.Split, tokens: Int) -> String {
  var ways = ["give a longer text"]
  if tokens > 1 { ways.append("use a `block_size` of \(tokens - 1) or less") }
  if split == .validation { ways.append("raise `val_fraction`") }
  return ways.joined(separator: ", or ")
}

/// The scalar as a person finds it: itself in quotes where it can be seen, and its code point.
package func quoted(_ scalar: Unicode.Scalar) -> String {
  let codePoint = codePoint(scalar)
  switch scalar.properties.generalCategory {
  case .control, .format, .lineSeparator, .paragraphSeparator, .nonspacingMark, .enclosingMark, .unassigned,
    .privateUse, .surrogate:
    return codePoint
  default:
    return "\(inQuotes(String(scalar))) (\(codePoint))"
  }
}

/// "U+000A".
package func codePoint(_ scalar: Unicode.Scalar) -> String {
  let digits = String(scalar.value, radix: 16, uppercase: true)
  return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}
