import Foundation
import Testing
import minigpt

@Suite("The built program")
struct ProgramTests {
  @Test("kernels that this processor does not have are passed over, and that is said")
  func unknownInstructionSet() throws {
    let outcome = try BuiltProgram.shell("MINIGPT_ISA=AVX2 $MINIGPT corpus fables --size 1KB")
    #expect(outcome.status == 0)
    #expect(outcome.error.hasPrefix("MINIGPT_ISA=AVX2 is ignored in favour of "))
    #expect(outcome.error.contains("this processor has baseline"))
    #expect(try BuiltProgram.shell("MINIGPT_ISA=baseline $MINIGPT corpus fables --size 1KB").error.isEmpty)
  }

  @Test("help is data: on standard output, exit 0", arguments: [[], ["--help"], ["-h"], ["help"]])
  func help(words: [String]) throws {
    let outcome = try BuiltProgram.shell(([#""$MINIGPT""#] + words).joined(separator: " "))
    #expect(outcome.status == 0)
    #expect(outcome.error.isEmpty)
    for command in Minigpt.commands { #expect(outcome.output.contains("\n  \(command.name) ")) }
  }

  @Test("every command shows its help, anywhere on the line", arguments: Minigpt.commands.map { $0.name })
  func commandHelp(name: String) throws {
    let outcomes = [
      try BuiltProgram.run(name, "--help"), try BuiltProgram.run("help", name),
      try BuiltProgram.run(name, "--wrong", "-h"),
    ]
    for outcome in outcomes {
      #expect(outcome.status == 0)
      #expect(outcome.output.contains("USAGE: minigpt \(name)"))
      #expect(outcome.output.contains("EXAMPLES:"))
      #expect(outcome.error.isEmpty)
    }
  }

  @Test("the version is shown")
  func version() throws {
    let outcome = try BuiltProgram.run("--version")
    #expect(outcome.output == Minigpt.version + "\n")
    #expect(outcome.status == 0)
  }

  @Test("wrong usage goes to standard error with the way out, exit 64")
  func wrongUsage() throws {
    let outcome = try BuiltProgram.run("train", "--bach", "3")
    #expect(outcome.status == ExitCode.usage.rawValue)
    #expect(outcome.output.isEmpty)
    #expect(
      outcome.error.hasPrefix(
        "Error: Unknown option '--bach'. Did you mean '--batch-size'?\nUsage: minigpt train "))
    #expect(outcome.error.hasSuffix("\n  See 'minigpt train --help' for more information.\n"))
  }

  @Test(
    "unknown commands and options of the program are refused, the nearest named",
    arguments: [("trian", "train"), ("--verson", "--version"), ("help trian", "train")])
  func unknown(words: String, suggestion: String) throws {
    let outcome = try BuiltProgram.shell(#""$MINIGPT" "# + words)
    #expect(outcome.status == ExitCode.usage.rawValue)
    #expect(outcome.error.contains("Did you mean '\(suggestion)'?"))
    #expect(outcome.output.isEmpty)
  }

  @Test("a reader that leaves ends the program quietly, by SIGPIPE, also where the parent ignores it")
  func brokenPipe() throws {
    for prefix in ["", "trap '' PIPE; "] {
      let line = prefix + #"( sleep 0.2; "$MINIGPT" train --help; echo $? >&2 ) | true"#
      let outcome = try BuiltProgram.shell(line)
      #expect(outcome.error == "\(128 + SIGPIPE)\n")
    }
  }

  @Test(
    "a standard output that is closed or full is an I/O failure, and said", arguments: [">&-", ">/dev/full"])
  func unwritable(redirection: String) throws {
    guard redirection != ">/dev/full" || FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let outcome = try BuiltProgram.shell(#""$MINIGPT" --version "# + redirection)
    #expect(outcome.status == ExitCode.ioFailure.rawValue)
    #expect(outcome.error.hasPrefix("Error: Standard output cannot be written: "))
  }
}
