import Checkpoints
import Files
import Sampling
import Text
import Training
import Transformer

/// An error as a person and a program are told of it.
package struct ErrorReport: Equatable {
  /// What went wrong, where, and the way out; whatever it names is shown as `visible` shows it.
  package let message: String
  /// How the process ends.
  package let code: ExitCode

  /// The report of any error that a command throws; here alone, modules' errors get exit codes.
  package init(_ error: any Error) {
    code =
      switch error {
      case TrainingError.diverged: .diverged
      case is UsageError, is GPTConfigError, is TrainingError: .usage
      case is MemoryError: .outOfMemory
      case let error as TextError: error.exitCode
      case let error as FileError: error.exitCode
      case is SavingFailure: .ioFailure
      case let error as SamplingError: error.exitCode
      case is UnknownCharacterError, is ExportError: .badData
      case is Terminal.WriteFailure: .ioFailure
      default: .defect
      }
    let text =
      switch error {
      case TrainingError.otherText, TrainingError.differsFromRun, TrainingError.holdsRun, FileError.inUse:
        namingFlags(in: "\(error)") + " (--out)"
      case is TrainingError, is TextError, is SamplingError, is MemoryError, is ExportError: namingFlags(in: "\(error)")
      default: code == .defect ? "This is a defect of minigpt: \(error)" : "\(error)"
      }
    message = visible(Self.cut(text))
  }

  /// More than any message of ours has; what a file says may be longer.
  private static let mostScalars = 4_000

  private static func cut(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard let end = scalars.index(scalars.startIndex, offsetBy: mostScalars, limitedBy: scalars.endIndex),
      end < scalars.endIndex
    else { return text }
    return String(scalars[..<end]) + "…"
  }
}

extension TextError {
  fileprivate var exitCode: ExitCode {
    switch self {
    case .noSuchFile, .isDirectory, .unreadable, .interrupted: .noInput
    case .empty, .notUTF8, .unknownCharacter, .duplicateInVocabulary, .shorterThanBlock, .nothingToScore:
      .badData
    case .validationFractionOutOfRange, .strideOutOfRange: .usage
    }
  }
}

extension FileError {
  fileprivate var exitCode: ExitCode {
    switch self {
    case .missing: .noInput
    case .system(let operation, _, _): Self.readingOperations.contains(operation) ? .noInput : .ioFailure
    case .inUse: .ioFailure
    case .malformed, .unsupported, .damaged: .badData
    }
  }
}

extension FileError {
  /// What is done to inputs alone: sysexits.h counts an input that cannot be read with those that are not there.
  private static let readingOperations: Set = ["open", "read", "list", "look at"]
}

extension SamplingError {
  fileprivate var exitCode: ExitCode {
    switch self {
    case .optionOutOfRange: .usage
    case .unusableLogit, .nothingToSample: .badData
    }
  }
}
