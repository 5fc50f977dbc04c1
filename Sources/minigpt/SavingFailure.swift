import Files

/// Why a run in training could not be saved or recorded, what of it is saved, and the command that goes on.
struct SavingFailure: Error, CustomStringConvertible {
  private let reason: FileError
  private let rest: String

  init(_ reason: FileError, savedStep: Int?, goOn command: String) {
    self.reason = reason
    rest = savedStep.map { "Step \(Formatting.count($0)) is saved. To go on:\n  \(command)" } ?? "Nothing is saved yet."
  }

  var description: String { "\(reason)\n\(rest)" }
}
