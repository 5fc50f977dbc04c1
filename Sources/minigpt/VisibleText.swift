import Files

/// `text` as it may go to a terminal, whoever wrote it: what a terminal would obey or hide is an escape such as
/// `\u{1B}`. Line feeds and tabs stay, and so does the carriage return before a line feed.
package func visible(_ text: String) -> String {
  func isShown(_ scalar: Unicode.Scalar) -> Bool { scalar == "\n" || scalar == "\t" || isVisible(scalar) }
  guard !text.unicodeScalars.allSatisfy(isShown) else { return text }
  var shown = ""
  var rest = text.unicodeScalars[...]
  while let scalar = rest.popFirst() {
    if isShown(scalar) || (scalar == "\r" && rest.first == "\n") {
      shown.unicodeScalars.append(scalar)
    } else {
      shown += printable(String(scalar))
    }
  }
  return shown
}
