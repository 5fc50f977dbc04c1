import Files
import Text

extension Corpus {
  /// What should be known before it is trained on this text, which is in the file at `path`: a sentence each.
  func warnings(path: String) -> [String] {
    let file = printable(path)
    var warnings: [String] = []
    if droppedByteOrderMark {
      warnings.append("The byte-order mark at the beginning of \(file) was left out.")
    }
    if let kind = FileFormat.markup(of: text(of: 0..<min(8, characters.count))) {
      warnings.append("\(file) is \(kind): its markup is learned with the text; take the text out of it first.")
    }
    if alphabet.contains("\r") {
      warnings.append("\(file) has carriage returns, as Windows ends lines: they are learned like any character.")
    }
    let controls = controlCharacters
    if !controls.isEmpty {
      let names = controls.prefix(8).map(codePoint).joined(separator: ", ") + (controls.count > 8 ? " …" : "")
      warnings.append("\(file) has control characters (\(names)): they are learned like any character.")
    }
    return warnings
  }
}
