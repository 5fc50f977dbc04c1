import Fables
import Files
import Foundation
import Text

/// What the grammar of the fables accepts of a text, as a person and a program are told of it.
package struct FableCheck {
  /// How many refusals are shown.
  private static let shownRefusals = 5

  private let path: String
  private let sampleCount: Int
  private let report: FableReport
  /// Of what was refused, the beginning: each with the number of its sample.
  private let refusals: [(sample: Int, refusal: Refusal)]

  /// Judges the text in the file at `path`, or each of the samples in it.
  ///
  /// - Throws: `TextError` if the file is no text; `MemoryError` if it is larger than memory.
  package init(path: String) throws {
    self.path = path
    let samples = Self.samples(of: try Corpus(path: path).text)
    let checker = FableChecker()
    let reports = samples.map(checker.report)
    sampleCount = samples.count
    report = reports.reduce(checker.report(on: ""), +)
    refusals = Array(
      reports.enumerated().lazy.flatMap { index, report in report.refusals.map { (index + 1, $0) } }
        .prefix(Self.shownRefusals))
  }

  /// The samples of a text as `minigpt sample` prints several: lines of dashes part them, and each ends with
  /// a line feed that is not its own, in the middle of a sentence perhaps. Any other text is one sample.
  private static func samples(of text: String) -> [String] {
    let samples = text.components(separatedBy: "\n\(SampleCommand.separator)\n")
    guard samples.count > 1, let last = samples.last, last.hasSuffix("\n") else { return samples }
    return samples.dropLast() + [String(last.dropLast())]
  }
}

// MARK: - What is shown

extension FableCheck {
  /// Shows how much is accepted, and the first of what is not, with why.
  package func show(on terminal: Terminal, json: Bool) {
    let people: Terminal.Stream = json ? .error : .output
    let samples = sampleCount > 1 ? ", \(Formatting.count(sampleCount)) samples" : ""
    terminal.writeLine("\(path)\(samples)", to: people)
    terminal.writeLine(Self.row("sentences", report.sentences), to: people)
    terminal.writeLine(Self.row("fables", report.fables), to: people)
    if !refusals.isEmpty {
      let total = Formatting.count(report.refusals.count)
      terminal.writeLine("\nNot accepted, the first \(refusals.count) of \(total):", to: people)
    }
    for (sample, refusal) in refusals {
      let place = sampleCount > 1 ? "sample \(sample), " : ""
      let width = terminal.width(of: people)
      terminal.writeLine(
        wrapped("\(place)\(refusal)", width: width, indentation: 2, continuation: 2), to: people)
    }
    if json { terminal.writeLine(object.compact) }
  }

  private static func row(_ what: String, _ tally: FableReport.Tally) -> String {
    let (accepted, total) = (Formatting.count(tally.accepted), Formatting.count(tally.total))
    let share = Formatting.decimal(100 * tally.fraction, places: 1)
    return Formatting.padded(what, to: -11) + "\(accepted) of \(total) accepted (\(share) %)"
  }

  private var object: JSON {
    [
      "sentences": Self.object(report.sentences), "fables": Self.object(report.fables),
      "refusals": .array(
        refusals.map { sample, refusal in
          [
            "sample": .integer(sample), "line": .integer(refusal.line),
            "kind": .string(refusal.kind.rawValue), "reason": .string("\(refusal)"),
          ]
        }),
    ]
  }

  private static func object(_ tally: FableReport.Tally) -> JSON {
    [
      "accepted": .integer(tally.accepted), "total": .integer(tally.total),
      "fraction": .number(tally.fraction),
    ]
  }
}
