import Autograd
import Files
import Transformer

/// The rows of `minigpt gradcheck` as they come, for people or as JSON objects, and what they amount to.
package final class GradientCheckTable {
  private let check: GradientCheck
  private let json: Bool
  private let terminal: Terminal
  private var title = ""
  private var nameWidth = 0
  private var namesInputs = true
  private var failures = 0

  /// A table of what `check` finds, on the terminal's standard output.
  package init(_ check: GradientCheck, json: Bool, _ terminal: Terminal) {
    (self.check, self.json, self.terminal) = (check, json, terminal)
  }

  /// Shows what is compared and the columns.
  ///
  /// - Parameters:
  ///   - title: what a row is about: "operation".
  ///   - namesInputs: whether a row has several inputs, to be told apart.
  package func begin(_ title: String, nameWidth: Int, namesInputs: Bool) {
    (self.title, self.nameWidth, self.namesInputs) = (title, nameWidth, namesInputs)
    guard !json else { return }
    terminal.write(
      """
      Analytic derivatives against central differences (f(x + h) - f(x - h)) / 2h in float64, h = \(check.step).
      Allowed: |analytic - numeric| <= \(check.absoluteTolerance) + \(check.relativeTolerance) * |numeric|.

      \(columns(title, ["derivatives", "largest", "worst error", "of allowed"], "verdict", "worst at"))

      """)
  }

  /// Shows the report of what is called `name`; `sample` says at which inputs its worst derivative is.
  package func add(_ name: String, _ report: GradientCheck.Report, sample: String? = nil) {
    failures += report.passes ? 0 : 1
    guard !json else { return terminal.writeLine(object(name, report, sample: sample).compact) }
    let numbers = [report.largest, report.worst?.difference ?? 0, report.worst?.error ?? 0]
    let input = namesInputs ? report.worst.map { "input \($0.input)" } : nil
    let place = [sample.map { "\($0):" }, input, report.worst?.place].compactMap(\.self).joined(separator: " ")
    terminal.writeLine(
      columns(
        name, [Formatting.count(report.comparedCount)] + numbers.map(Formatting.scientific),
        report.passes ? "ok" : "FAILS", place))
    if !report.passes, let worst = report.worst {
      terminal.writeLine("  analytic \(worst.analytic), numeric \(worst.numeric)")
    }
  }

  /// Shows how a cache fared.
  package func add(_ cache: CacheCheck) {
    failures += cache.passes ? 0 : 1
    guard !json else { return terminal.writeLine(object(cache).compact) }
    let numbers = [cache.largest, cache.worst, cache.worst / cache.bound].map(Formatting.scientific)
    terminal.writeLine(
      columns(
        name(of: cache), [Formatting.count(cache.comparedCount)] + numbers, cache.passes ? "ok" : "FAILS",
        "position \(cache.worstPosition)"))
  }

  /// Says whether all rows passed; the exit code that says the same.
  package func finish() -> ExitCode {
    if !json {
      let disagreeing = "\(Formatting.count(failures, "row")) above \(failures == 1 ? "disagrees" : "disagree")."
      terminal.writeLine(failures == 0 ? "\nAll of them agree." : "\n" + disagreeing)
    }
    return failures == 0 ? .success : .defect
  }

  private func columns(_ name: String, _ numbers: [String], _ verdict: String, _ place: String) -> String {
    ([Formatting.padded(name, to: -nameWidth)] + numbers.map { Formatting.padded($0, to: 11) }
      + [Formatting.padded(verdict, to: -7), place]).joined(separator: "  ")
  }

  private func name(of cache: CacheCheck) -> String { "cached logits, \(cache.elementType)" }

  private func object(_ cache: CacheCheck) -> JSON {
    [
      "check": .string(name(of: cache)), "logits": .integer(cache.comparedCount),
      "largest_logit": .number(cache.largest), "worst_error": .number(cache.worst),
      "worst_position": .integer(cache.worstPosition), "bound": .number(cache.bound), "passes": .bool(cache.passes),
    ]
  }

  private func object(_ name: String, _ report: GradientCheck.Report, sample: String?) -> JSON {
    [
      title: .string(name), "derivatives": .integer(report.comparedCount),
      "largest_derivative": .number(report.largest), "worst_error": .number(report.worst?.difference ?? 0),
      "worst_error_of_allowed": .number(report.worst?.error ?? 0),
      "worst": report.worst?.json(sample: sample) ?? nil, "passes": .bool(report.passes),
    ]
  }
}

extension GradientCheck.Derivative {
  fileprivate var difference: Double { abs(analytic - numeric) }

  /// Where in its input it is: `[1, 2]`.
  fileprivate var place: String { index.map { "\($0)" } ?? "along a random direction" }

  fileprivate func json(sample: String?) -> JSON {
    func indices(_ indices: [Int]?) -> JSON { indices.map { .array($0.map(JSON.integer)) } ?? nil }
    return [
      "sample": sample.map(JSON.string) ?? nil, "input": .integer(input), "index": indices(index),
      "output": indices(output), "analytic": .number(analytic), "numeric": .number(numeric),
    ]
  }
}
