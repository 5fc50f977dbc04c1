/// How the process ends, in the numbers of BSD's sysexits.h where one fits, and of our own past its last, 78.
///
/// README's table and the section of `--help` follow from this list.
package enum ExitCode: Int32, Sendable, CaseIterable {
  case success = 0
  case usage = 64
  case badData = 65
  case noInput = 66
  case defect = 70
  case outOfMemory = 71
  case ioFailure = 74
  case interrupted = 75
  case diverged = 79

  /// When the process ends so, to follow the number in a table.
  package var meaning: String {
    switch self {
    case .success: "success"
    case .usage: "a usage error: the command line or the settings cannot be understood or do not fit together"
    case .badData: "invalid input data: a file's contents are not what they should be"
    case .noInput: "an input that is missing or cannot be read"
    case .defect: "an internal error, or a gradient check that fails"
    case .outOfMemory: "more memory needed than there is"
    case .ioFailure: "a file or standard output that cannot be written, or a directory that another run is using"
    case .interrupted: "interrupted but saved; the same command with --resume continues"
    case .diverged: "training that diverged: losses, gradients or weights that are not finite"
    }
  }

  /// The codes of a command that trains no run.
  package static let ofEveryCommand = allCases.filter { $0 != .interrupted && $0 != .diverged }

  /// What a process that a signal ends shows in a shell: 128 and the signal's number.
  package static let ofSignals = (
    code: "128 + n", meaning: "ended by signal n with nothing new to save; Ctrl-C (n = 2) shows as 130"
  )

  /// A row for each of `codes`, and one for signals.
  package static func table(of codes: [ExitCode] = allCases) -> [(code: String, meaning: String)] {
    codes.map { ("\($0.rawValue)", $0.meaning) } + [ofSignals]
  }
}
