import Optimizers

extension ValueType<[LearningRateSchedule.Refit]> {
  /// Changes of a decay's length, as step:end, separated by commas; "none" for none.
  static let scheduleRefits = ValueType(
    placeholder: "step:end", expectation: "'none', or steps as 600:1180, several separated by commas",
    choices: ["none"],
    parse: { text in
      if text == "none" { return [] }
      let parts = text.split(separator: ",", omittingEmptySubsequences: false)
      let refits = parts.compactMap { refit($0) }
      return refits.count == parts.count ? refits : nil
    },
    format: { refits in
      refits.isEmpty ? "none" : refits.map { "\($0.step):\($0.end)" }.joined(separator: ",")
    })

  private static func refit(_ text: Substring) -> LearningRateSchedule.Refit? {
    let numbers = text.split(separator: ":", omittingEmptySubsequences: false).map { part in
      part.allSatisfy { "0"..."9" ~= $0 } ? Int(part) : nil
    }
    guard numbers.count == 2, let step = numbers[0], let end = numbers[1] else { return nil }
    return LearningRateSchedule.Refit(step: step, end: end)
  }
}
