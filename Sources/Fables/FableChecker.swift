/// Says which sentences and which whole fables of a text a grammar accepts.
public struct FableChecker: Sendable {
  private let beforeFable: Reading
  private let beforeSentence: Reading

  /// Prepares to check against a grammar.
  public init(_ grammar: FableGrammar = .standard) {
    beforeFable = Reading(grammar.fable, roleCount: grammar.roleCount, repeats: false)
    beforeSentence = Reading(grammar.sentence, roleCount: grammar.roleCount, repeats: false)
  }

  /// Judges every sentence and every fable of a text. Blank lines part fables. A sample begins and ends
  /// anywhere: a first fable without its title is not judged as a whole, nor is the last one of a text that
  /// does not end with a line break, and neither is the sentence in which the text begins or ends.
  public func report(on text: String) -> FableReport {
    var report = FableReport()
    for fable in FablePage(text).fables {
      for sentence in fable.sentences {
        let refusal = refusal(of: sentence.text, as: .sentence, line: sentence.line)
        report.sentences.count(refusal == nil)
        if let refusal { report.refusals.append(refusal) }
      }
      if fable.beginsInside || fable.isCutOff { continue }
      let refusal = refusal(of: fable.text, as: .fable, line: fable.firstLine)
      report.fables.count(refusal == nil)
      if let refusal { report.refusals.append(refusal) }
    }
    return report
  }

  private func refusal(of text: String, as kind: Refusal.Kind, line: Int) -> Refusal? {
    let bytes = Array(text.utf8)
    var reading = kind == .fable ? beforeFable : beforeSentence
    for (index, byte) in bytes.enumerated() {
      let before = reading
      if reading.read(byte) > 0 { continue }
      return Refusal(kind: kind, line: line, split: bytes, at: index, expecting: before.nextBytes)
    }
    if reading.completeCount > 0 { return nil }
    return Refusal(kind: kind, line: line, split: bytes, at: bytes.count, expecting: reading.nextBytes)
  }
}

extension Refusal {
  fileprivate init(
    kind: Kind, line: Int, split bytes: [UInt8], at index: Int, expecting next: [UInt8: Double]
  ) {
    let likeliestFirst = next.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    self.init(
      kind: kind, line: line,
      accepted: String(decoding: bytes[..<index], as: UTF8.self),
      found: String(decoding: bytes[index...], as: UTF8.self),
      expected: String(decoding: likeliestFirst.map(\.key), as: UTF8.self))
  }
}
