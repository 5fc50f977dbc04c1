/// A command line, or a configuration file of its options, that cannot be understood; the exit code is 64.
package indirect enum UsageError: Error, Sendable, Equatable, CustomStringConvertible {
  /// No subcommand has this name.
  case unknownCommand(String, suggestion: String?)
  /// No option of this command has this name; both are spelled with their dashes. `mayBeFile` where a file may be meant.
  case unknownOption(String, suggestion: String?, mayBeFile: Bool = false)
  /// An option stands last, or is followed by what looks like another option.
  case missingValue(argument: String, followedBy: String?)
  /// A value of the wrong form or out of range.
  case invalidValue(String, argument: String, expectation: String, suggestion: String?)
  /// An argument that must be given was not.
  case missingArgument(String)
  /// More arguments were given by place than the command has.
  case unexpectedArgument(String)
  /// Arguments that are each in range and do not go together.
  case conflict(String)
  /// A word of the command line, counted from 1, whose bytes are not UTF-8; they are shown as escapes.
  case notUTF8(position: Int, shown: String)
  /// What is wrong with the configuration file at a path.
  case inFile(String, UsageError)

  package var description: String {
    switch self {
    case .unknownCommand(let name, let suggestion):
      "Unknown command '\(name)'." + didYouMean(suggestion)
    case .unknownOption(let name, let suggestion, let mayBeFile):
      "Unknown option '\(name)'."
        + (mayBeFile ? " If it is a file, write './\(name)', or put '--' before it." : didYouMean(suggestion))
    case .missingValue(let argument, let next):
      "Missing value for '\(argument)'." + writeWithEqualsSign(argument, next)
    case .invalidValue(let value, let argument, let expectation, let suggestion):
      "The value '\(value)' is invalid for '\(argument)': must be \(expectation)." + didYouMean(suggestion)
    case .missingArgument(let argument):
      "Missing expected argument '\(argument)'."
    case .unexpectedArgument(let value):
      "Unexpected argument '\(value)'."
    case .conflict(let message):
      message
    case .notUTF8(let position, let shown):
      "Argument \(position) is not UTF-8: '\(shown)'. A file of such a name has to be renamed."
    case .inFile(let path, let error):
      "\(path): \(error)"
    }
  }

  /// The label of the argument that the error is about, where it is about one that exists.
  package var argument: String? {
    switch self {
    case .missingValue(let argument, _): argument
    case .invalidValue(_, let argument, _, _): argument
    case .missingArgument(let argument): argument
    case .inFile(_, let error): error.argument
    case .unknownCommand, .unknownOption, .unexpectedArgument, .conflict, .notUTF8: nil
    }
  }

  private func didYouMean(_ suggestion: String?) -> String {
    suggestion.map { " Did you mean '\($0)'?" } ?? ""
  }

  private func writeWithEqualsSign(_ argument: String, _ value: String?) -> String {
    guard let value else { return "" }
    return " If '\(value)' is the value, write '\(argument.prefix { $0 != " " })=\(value)'."
  }
}
