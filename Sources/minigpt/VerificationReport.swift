import Files
import Training

/// The rows of `minigpt verify` as they come, for people or as JSON objects, and what they amount to.
package struct VerificationReport {
  /// Whether no row so far says that something is wrong.
  package private(set) var isSound = true
  private var unsoundCount = 0
  private let path: String
  private var hasBegun = false
  private let terminal: Terminal
  private let json: Bool

  /// A report of what is at `path`.
  package init(of path: String, on terminal: Terminal, json: Bool) {
    (self.path, self.terminal, self.json) = (path, terminal, json)
  }

  /// Tells a person something.
  package func say(_ text: String) { terminal.writeLine(text, to: json ? .error : .output) }

  /// Shows what was found of one thing.
  package mutating func add(_ finding: Finding) {
    count(finding.isSound)
    row(finding.name, finding.isSound ? "sound" : "DAMAGED", finding.summary)
    for problem in finding.problems { detail(problem) }
    for note in finding.notes { detail("note: " + note) }
    guard json else { return }
    let object: JSON = [
      "name": .string(finding.name), "sound": .bool(finding.isSound), "summary": .string(finding.summary),
      "problems": .array(finding.problems.map(JSON.string)), "notes": .array(finding.notes.map(JSON.string)),
    ]
    terminal.writeLine(object.compact)
  }

  /// Shows what is about to be compared.
  package func begin(_ check: ResumeCheck) {
    let (first, last) = (Formatting.count(check.steps.lowerBound), Formatting.count(check.steps.upperBound))
    func on(_ threads: Int) -> String { "on " + Formatting.count(threads, "thread") }
    say(
      """

      Steps \(first) to \(last) of a copy, straight through \(on(check.threads.straight)); and of another copy
      \(on(check.threads.before)), stopped after step \(Formatting.count(check.stop)), resumed \(on(check.threads.after)):
      """)
  }

  /// Shows whether a file is the same in both.
  package mutating func add(_ comparison: ResumeCheck.Comparison) {
    let isEqual = comparison.firstDifference == nil
    count(isEqual)
    let extent = Formatting.count(comparison.byteCount, "byte")
    let difference = comparison.firstDifference.map { "from byte \(Formatting.count($0)) on" }
    row(comparison.file, isEqual ? "equal" : "DIFFERS", difference ?? extent)
    guard json else { return }
    let object: JSON = [
      "name": "resume check", "file": .string(comparison.file), "equal": .bool(isEqual),
      "first_difference": comparison.firstDifference.map(JSON.integer) ?? .null,
      "bytes": .integer(comparison.byteCount),
    ]
    terminal.writeLine(object.compact)
  }

  /// Says what all rows amount to, and the exit code that says the same.
  package func finish() -> ExitCode {
    let verdict =
      unsoundCount == 1
      ? "1 row above is not as it should be." : "\(unsoundCount) rows above are not as they should be."
    say(isSound ? "\nEverything is sound." : "\n" + verdict)
    if json { terminal.writeLine((["path": .string(path), "sound": .bool(isSound)] as JSON).compact) }
    return isSound ? .success : .badData
  }

  private mutating func count(_ holds: Bool) {
    isSound = isSound && holds
    unsoundCount += holds ? 0 : 1
  }

  private static let (nameWidth, verdictWidth) = (22, 8)

  private mutating func row(_ name: String, _ verdict: String, _ text: String) {
    if !hasBegun { say(printable(path)) }
    hasBegun = true
    say(
      "  " + Formatting.padded(printable(name), to: -Self.nameWidth) + " "
        + Formatting.padded(verdict, to: -Self.verdictWidth) + text)
  }

  private func detail(_ text: String) {
    say(wrapped(visible(text), width: terminal.width(of: json ? .error : .output), indentation: 4, continuation: 2))
  }
}
