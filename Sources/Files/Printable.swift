/// `text`, which comes from outside, as it can be shown: what a terminal would obey or hide is an escape such as
/// `\u{1B}`, and the rest is cut where `limit` scalars are shown.
///
/// It goes scalar by scalar: a grapheme may be of any length, and may hide a control character.
package func printable(_ text: some StringProtocol, limit: Int = 200) -> String {
  var shown = ""
  var count = 0
  for scalar in text.unicodeScalars {
    guard count < limit else { return shown + "…" }
    if isVisible(scalar) {
      shown.unicodeScalars.append(scalar)
      count += 1
    } else {
      let escape = "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      shown += escape
      count += escape.utf8.count
    }
  }
  return shown
}

/// `text` as `printable` shows it, between the first of `marks` that is not in it: "fox", '"', "it's".
package func inQuotes(_ text: String, _ marks: String = #""'"#) -> String {
  let mark = (marks.first { !text.contains($0) } ?? marks.first).map { String($0) } ?? ""
  return mark + printable(text) + mark
}

/// Whether a terminal shows the scalar and does nothing else with it. Joiners are format characters that do no harm: they
/// stand within emoji and in Persian and Indian words.
package func isVisible(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .lineSeparator, .paragraphSeparator, .unassigned, .surrogate: false
  case .format: scalar == "\u{200C}" || scalar == "\u{200D}"
  default: true
  }
}
