extension ValueType<Duration> {
  /// A length of time in hours, minutes and seconds: 90s, 5m, 2.5m, 1h30m. Greater than 0 and at most 1000h.
  package static let duration = ValueType(
    placeholder: "time", expectation: "a time greater than 0 and at most 1000h, such as 90s, 5m or 1h30m",
    parse: { text in
      guard let seconds = seconds(of: text), seconds > 0, seconds <= 3.6e6 else { return nil }
      return .seconds(seconds)
    },
    format: format)

  private static let units = [("h", 3600), ("m", 60), ("s", 1)]

  /// Numbers, each with its unit, of which each stands once at most, the longer before the shorter; nil for any other
  /// text. Only the last number may have decimals.
  private static func seconds(of text: String) -> Double? {
    var total = 0.0
    var rest = text[...]
    for (unit, factor) in units {
      guard let end = rest.firstIndex(of: Character(unit)) else { continue }
      let number = rest[..<end]
      rest = rest[rest.index(after: end)...]
      guard let value = decimal(number), rest.isEmpty || !number.contains(".") else { return nil }
      total += value * Double(factor)
    }
    return rest.isEmpty && !text.isEmpty ? total : nil
  }

  /// Digits, or digits, a point and digits.
  private static func decimal(_ text: Substring) -> Double? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { "0"..."9" ~= $0 } } ? Double(text) : nil
  }

  fileprivate static func format(_ duration: Duration) -> String {
    let seconds = (duration.seconds * 1e6).rounded() / 1e6
    let whole = Int(seconds)
    let rest = ((seconds - Double(whole / 60 * 60)) * 1e6).rounded() / 1e6
    var text = whole >= 3600 ? "\(whole / 3600)h" : ""
    if whole / 60 % 60 > 0 { text += "\(whole / 60 % 60)m" }
    if rest > 0 || text.isEmpty { text += (rest == rest.rounded() ? "\(Int(rest))" : "\(rest)") + "s" }
    return text
  }
}

extension ValueType<Duration?> {
  /// The same, or "none", which takes back what a configuration file says.
  package static let durationOrNone = ValueType(
    placeholder: ValueType<Duration>.duration.placeholder, expectation: ValueType<Duration>.duration.expectation,
    choices: ["none"],
    parse: { text in
      if text == "none" { return .some(nil) }
      return ValueType<Duration>.duration.parse(text).map { .some($0) }
    },
    format: { $0.map(ValueType<Duration>.duration.format) ?? "none" })
}
