/// A whole number with thousands separated: "1,115,394".
package func grouped(_ value: Int) -> String {
  let digits = String(value.magnitude)
  var grouped = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index).isMultiple(of: 3) { grouped.append(",") }
    grouped.append(digit)
  }
  return value < 0 ? "-" + grouped : grouped
}

/// A number of things: "1 character", "1,115,394 characters"; their name is in the singular, and takes an s.
package func counted(_ value: Int, _ noun: String) -> String {
  "\(grouped(value)) \(noun)\(value == 1 ? "" : "s")"
}
