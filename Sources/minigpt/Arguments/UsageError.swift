/// A command line that cannot be understood; the exit code is 64.
package enum UsageError: Error, Sendable, Equatable, CustomStringConvertible {
  /// No subcommand has this name.
  case unknownCommand(String, suggestion: String?)
  /// No option of this command has this name; both are spelled with their dashes.
  case unknownOption(String, suggestion: String?)
  /// An option stands last, or is followed by what looks like another option.
  case missingValue(argument: String, followedBy: String?)
  /// A flag was given a value, as in `--json=yes`.
  case valueForFlag(flag: String)
  /// A value of the wrong form or out of range.
  case invalidValue(String, argument: String, expectation: String, suggestion: String?)
  /// An argument that must be given was not.
  case missingArgument(String)
  /// More arguments were given by place than the command has.
  case unexpectedArgument(String)
  /// Arguments that are each in range and do not go together.
  case conflict(String)

  package var description: String {
    switch self {
    case .unknownCommand(let name, let suggestion):
      "Unknown command '\(name)'." + didYouMean(suggestion)
    case .unknownOption(let name, let suggestion):
      "Unknown option '\(name)'." + didYouMean(suggestion)
    case .missingValue(let argument, let next):
      "Missing value for '\(argument)'." + writeWithEqualsSign(argument, next)
    case .valueForFlag(let flag):
      "The flag '\(flag)' takes no value."
    case .invalidValue(let value, let argument, let expectation, let suggestion):
      "The value '\(value)' is invalid for '\(argument)': must be \(expectation)." + didYouMean(suggestion)
    case .missingArgument(let argument):
      "Missing expected argument '\(argument)'."
    case .unexpectedArgument(let value):
      "Unexpected argument '\(value)'."
    case .conflict(let message):
      message
    }
  }

  /// The label of the argument that the error is about, where it is about one that exists.
  package var argument: String? {
    switch self {
    case .missingValue(let argument, _): argument
    case .invalidValue(_, let argument, _, _): argument
    case .missingArgument(let argument): argument
    case .unknownCommand, .unknownOption, .valueForFlag, .unexpectedArgument, .conflict: nil
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
