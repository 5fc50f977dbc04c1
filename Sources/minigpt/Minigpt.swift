import Autograd
import Files
import Foundation

/// The program: finds the subcommand, reads its arguments, runs it, and turns whatever it throws into text
/// and an exit code.
@main
package struct Minigpt {
  /// The version that `--version` shows.
  package static let version = "0.1.0"

  /// Every subcommand, in the order of help.
  package static let commands: [any Command.Type] = [
    TrainCommand.self, SampleCommand.self, EvalCommand.self, GradientCheckCommand.self, BenchCommand.self,
    CorpusCommand.self, RunsCommand.self, InfoCommand.self, PlotCommand.self, ExportCommand.self, VerifyCommand.self,
  ]

  static func main() {
    Terminal.occupyStandardDescriptors()
    Interruption.useDefaultActions()
    // So that a file grown to its limit is an error with a name, not the end of the process.
    signal(SIGXFSZ, SIG_IGN)
    exitWhenOutOfMemory()
    let terminal = Terminal()
    do throws(UsageError) {
      let words = try CommandLineWords.ofProcess()
      exit(run(words, on: terminal).rawValue)
    } catch {
      exit(reportUsage(error, on: terminal).rawValue)
    }
  }

  /// Runs the program with `words`, the command line without the program's own name.
  package static func run(_ words: [String], on terminal: Terminal) -> ExitCode {
    let code = dispatch(words, on: terminal)
    terminal.hideProgress()
    guard let failure = terminal.outputFailure, code == .success else { return code }
    return report(failure, on: terminal)
  }

  private static func dispatch(_ words: [String], on terminal: Terminal) -> ExitCode {
    var words = words
    if words.first == "help" {
      words.removeFirst()
      words = Array(words.prefix(1)) + ["--help"]
    }
    guard let name = words.first, !name.hasPrefix("-") else {
      return runWithoutCommand(words, on: terminal)
    }
    guard let command = commands.first(where: { $0.name == name }) else {
      let suggestion = nearestName(to: name, among: commands.map { $0.name })
      return reportUsage(UsageError.unknownCommand(name, suggestion: suggestion), on: terminal)
    }
    return run(command, Array(words.dropFirst()), on: terminal)
  }

  private static func run<C: Command>(_: C.Type, _ words: [String], on terminal: Terminal) -> ExitCode {
    if asksForHelp(words) {
      terminal.write(HelpText.full(C.definition, width: terminal.width(of: .output)))
      return .success
    }
    do {
      let command = try ConfigFile.parse(words, as: C.self) { path, names in
        let names = names.map { printable($0) }.joined(separator: ", ")
        terminal.writeLine("\(printable(path)): passed over, as it means nothing here: \(names)", to: .error)
      }
      warnOfDebugBuild(on: terminal)
      warnOfInstructionSet(on: terminal)
      return try command.run(on: terminal)
    } catch let error as UsageError {
      let code = report(error, on: terminal)
      let width = terminal.width(of: .error)
      terminal.write(HelpText.afterError(error, C.definition, width: width), to: .error)
      return code
    } catch {
      return report(error, on: terminal)
    }
  }

  private static func runWithoutCommand(_ words: [String], on terminal: Terminal) -> ExitCode {
    if words.first == "--version" {
      terminal.writeLine(version)
    } else if let word = words.first, !asksForHelp(words) {
      let suggestion = nearestName(to: String(word.drop { $0 == "-" }), among: ["version", "help"])
      return reportUsage(
        UsageError.unknownOption(word, suggestion: suggestion.map { "--\($0)" }), on: terminal)
    } else {
      terminal.write(overview(width: terminal.width(of: .output)))
    }
    return .success
  }

  private static func overview(width: Int) -> String {
    HelpText.overview(
      "Train a small GPT on a text file, and sample text from it.",
      examples: commands.compactMap { $0.firstExample }, commands: commands.map { ($0.name, $0.overview) },
      width: width)
  }
}

// MARK: - Telling

extension Minigpt {
  private static func report(_ error: any Error, on terminal: Terminal) -> ExitCode {
    let report = ErrorReport(error)
    terminal.writeBold("Error:", to: .error)
    terminal.writeLine(" " + report.message, to: .error)
    return report.code
  }

  private static func reportUsage(_ error: UsageError, on terminal: Terminal) -> ExitCode {
    let code = report(error, on: terminal)
    terminal.write("Usage: minigpt <command>\n  See 'minigpt --help' for more information.\n", to: .error)
    return code
  }

  private static func warnOfDebugBuild(on terminal: Terminal) {
    if let warning = debugBuildWarning { terminal.writeLine(warning, to: .error) }
  }

  /// Says that the kernels asked for are not those that run.
  private static func warnOfInstructionSet(on terminal: Terminal) {
    let used = Processor.current.instructionSet
    guard let asked = ProcessInfo.processInfo.environment["MINIGPT_ISA"], asked != used else { return }
    let names = Processor.supportedInstructionSets.joined(separator: ", ")
    terminal.writeLine("MINIGPT_ISA=\(asked) is ignored in favour of \(used): this processor has \(names).", to: .error)
  }

  /// What a debug build says before it begins; nil in a release build.
  package static var debugBuildWarning: String? {
    #if DEBUG
      "This is a debug build, many times slower than 'swift run -c release minigpt'."
    #else
      nil
    #endif
  }
}
