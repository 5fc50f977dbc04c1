/// How the process ends, in the numbers of BSD's sysexits.h.
package enum ExitCode: Int32, Sendable {
  /// Done.
  case success = 0
  /// The command line cannot be understood, or asks for what does not go together.
  case usage = 64
  /// A file was read and its contents are not what they should be.
  case badData = 65
  /// A file or folder that is needed is not there.
  case noInput = 66
  /// An internal error.
  case defect = 70
  /// There is not enough memory.
  case outOfMemory = 71
  /// Reading or writing failed.
  case ioFailure = 74
  /// Interrupted, and saved: the same command with `--resume` goes on.
  case interrupted = 75
  /// The loss or the weights are no longer numbers. (No number of sysexits.h says this; it is the first after them.)
  case diverged = 79
}
