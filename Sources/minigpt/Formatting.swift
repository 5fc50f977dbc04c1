import Files
import Foundation

/// Numbers as people read them, the same in every locale.
package enum Formatting {
  /// A whole number with thousands separated: "1,115,394".
  package static func count(_ value: Int) -> String { grouped(value) }

  /// A number of things, whose name is in the singular: "1 character", "1,115,394 characters".
  package static func count(_ value: Int, _ noun: String) -> String { counted(value, noun) }

  /// A number with a fixed number of decimals: "1.7810"; one that would be long as "1.2345e+10", and "nan" and "inf".
  package static func decimal(_ value: Double, places: Int = 4) -> String {
    // C shows the sign of a not-a-number, which means nothing.
    guard !value.isNaN else { return "nan" }
    return String(format: value.magnitude < 1e7 ? "%.\(places)f" : "%.4e", value)
  }

  /// A rate rounded to a whole number: "24,310"; "–" where it is not finite.
  package static func rate(_ value: Double) -> String {
    guard value.isFinite, value.magnitude < 1e15 else { return "–" }
    return count(Int(value.rounded()))
  }

  /// A length of time: "0:42", "12:05", "1:02:33"; "–" where it is not finite.
  package static func duration(seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "–" }
    let total = Int(seconds.rounded())
    let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
    func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return hours > 0 ? "\(hours):\(padded(minutes)):\(padded(rest))" : "\(minutes):\(padded(rest))"
  }

  /// A number of parameters: "799,360", "10.7 M".
  package static func parameters(_ value: Int) -> String { quantity(value) }

  /// A whole number, in millions where it has some: "799,360", "10.7 M".
  package static func quantity(_ value: Int) -> String {
    value < 1_000_000 ? count(value) : decimal(Double(value) / 1e6, places: 1) + " M"
  }

  /// A small number as "1.2e-09".
  package static func scientific(_ value: Double) -> String {
    value.isNaN ? "nan" : String(format: "%.1e", value)
  }

  /// `text` filled with spaces to `width` columns: before it, or after it where `width` is negative.
  package static func padded(_ text: String, to width: Int) -> String {
    let spaces = String(repeating: " ", count: max(0, abs(width) - text.count))
    return width < 0 ? text + spaces : spaces + text
  }
}
