import Testing
import minigpt

@Suite("Reading a command line")
struct ArgumentParserTests {
  @Test("what is not given keeps its default")
  func defaults() throws {
    let command = try parse("in.txt")
    #expect(command.source == "in.txt")
    #expect(command.target == nil)
    #expect(command.layerCount == nil)
    #expect(command.batchSize == 12)
    #expect(!command.json)
  }

  @Test(
    "an option's name takes hyphens or underscores, and its value a space or an equals sign",
    arguments: [["--n-layer", "4"], ["--n_layer", "4"], ["--n-layer=4"], ["--n_layer=4"]])
  func spellings(words: [String]) throws {
    #expect(try ArgumentParser<ExampleCommand>.parse(["in.txt"] + words).layerCount == 4)
  }

  @Test("options and positional arguments may be mixed, in any order")
  func order() throws {
    let command = try parse("--json", "in.txt", "--learning-rate", "3e-4", "out.txt", "--shade", "dark")
    #expect(command.json)
    #expect(command.source == "in.txt")
    #expect(command.target == "out.txt")
    #expect(command.rate == 3e-4)
    #expect(command.shade == .dark)
  }

  @Test("where an option is given twice, the last one holds")
  func lastWins() throws {
    #expect(try parse("in.txt", "--batch-size", "3", "--batch-size=5").batchSize == 5)
  }

  @Test("nothing after two dashes is an option")
  func endOfOptions() throws {
    let command = try parse("--", "--json", "-x")
    #expect(command.source == "--json")
    #expect(command.target == "-x")
    #expect(!command.json)
  }

  @Test("a single dash and a negative number are values; other words with a dash need an equals sign")
  func dashes() throws {
    #expect(try parse("-").source == "-")
    #expect(try parse("in.txt", "--prompt", "-1").prompt == "-1")
    #expect(try parse("in.txt", "--prompt=--json").prompt == "--json")
    #expect(try parse("in.txt", "--prompt=").prompt == "")
    #expect(try parse("in.txt", "--prompt", "").prompt == "")
    #expect(throws: UsageError.missingValue(argument: "--prompt <text>", followedBy: "--json")) {
      try parse("in.txt", "--prompt", "--json")
    }
  }

  @Test("a flag is taken back by an equals sign and 'false', and takes no other word")
  func flagValue() throws {
    #expect(try parse("in.txt", "--json=true").json)
    #expect(try !parse("in.txt", "--json", "--json=false").json)
    #expect(
      throws: UsageError.invalidValue(
        "yes", argument: "--json", expectation: "one of 'true', 'false'", suggestion: nil)
    ) {
      try parse("in.txt", "--json=yes")
    }
  }

  @Test("an equals sign in the value belongs to the value")
  func equalsSign() throws {
    #expect(try parse("in.txt", "--prompt=a=b").prompt == "a=b")
  }

  @Test("the largest seed fits")
  func largestSeed() throws {
    #expect(try parse("in.txt", "--seed", "18446744073709551615").seed == .max)
  }

  @Test("an unknown option is named, with the nearest one there is")
  func unknownOption() {
    #expect(throws: UsageError.unknownOption("--bach", suggestion: "--batch-size")) {
      try parse("in.txt", "--bach", "3")
    }
    #expect(throws: UsageError.unknownOption("--xyzzy", suggestion: nil)) { try parse("--xyzzy=1") }
    #expect(throws: UsageError.unknownOption("-j", suggestion: "--json")) { try parse("in.txt", "-j") }
    #expect(throws: UsageError.unknownOption("-w", suggestion: nil)) { try parse("in.txt", "-w") }
    #expect(throws: UsageError.unknownOption("-json", suggestion: "--json")) { try parse("in.txt", "-json") }
  }

  @Test("what an option is called in other tools suggests ours, where the command has it")
  func familiarNames() {
    #expect(throws: UsageError.unknownOption("--layers", suggestion: "--n-layer")) { try parse("--layers", "3") }
    #expect(throws: UsageError.unknownOption("-b", suggestion: "--batch-size")) { try parse("in.txt", "-b", "3") }
    #expect(throws: UsageError.unknownOption("--context", suggestion: nil)) { try parse("--context=3") }
  }

  @Test("a file's name with a dash before it is taken for none, and the ways to give it are said")
  func dashedFile() {
    for name in ["-file.txt", "-a/b", "-story"] {
      #expect(throws: UsageError.unknownOption(name, suggestion: nil, mayBeFile: true)) { try parse(name) }
    }
    #expect(
      "\(UsageError.unknownOption("-file.txt", suggestion: nil, mayBeFile: true))"
        == "Unknown option '-file.txt'. If it is a file, write './-file.txt', or put '--' before it.")
  }

  @Test("a number that is too large is told the largest")
  func tooLarge() {
    func expectation(_ words: String...) -> String? {
      guard case .invalidValue(_, _, let expectation, _)? = error(words) else { return nil }
      return expectation
    }
    #expect(expectation("in.txt", "--seed", "18446744073709551616") == "at most 18446744073709551615")
    #expect(expectation("in.txt", "--seed", "99999999999999999999999") == "at most 18446744073709551615")
    #expect(expectation("in.txt", "--seed", "-1") == "a whole number of at least 0")
    #expect(expectation("in.txt", "--seed", "x") == "a whole number of at least 0")
    #expect(expectation("in.txt", "--n-layer", "97") == "a whole number from 1 to 96")
  }

  private func error(_ words: [String]) -> UsageError? {
    do throws(UsageError) {
      _ = try ArgumentParser<ExampleCommand>.parse(words)
      return nil
    } catch {
      return error
    }
  }

  @Test("a missing value, a missing argument and one too many are refused")
  func wrongCounts() {
    #expect(throws: UsageError.missingValue(argument: "--n-layer <n>", followedBy: nil)) {
      try parse("in.txt", "--n-layer")
    }
    #expect(throws: UsageError.missingArgument("<source>")) { try parse("--json") }
    #expect(throws: UsageError.unexpectedArgument("c")) { try parse("a", "b", "c") }
    #expect(throws: UsageError.unknownOption("--source", suggestion: nil)) { try parse("--source", "a") }
  }

  @Test(
    "a value of the wrong form or out of range is refused, and the range said",
    arguments: [
      ("n-layer", "0"), ("n-layer", "97"), ("n-layer", "four"), ("n-layer", "4.5"), ("n-layer", ""),
      ("n-layer", "99999999999999999999"), ("n-layer", " 4"), ("n-layer", "-1"),
    ])
  func outOfRange(name: String, value: String) {
    #expect(
      throws: UsageError.invalidValue(
        value, argument: "--n-layer <n>", expectation: "a whole number from 1 to 96", suggestion: nil)
    ) {
      try parse("in.txt", "--\(name)", value)
    }
  }

  @Test(
    "not-a-number, infinities and hexadecimals are refused as numbers",
    arguments: ["nan", "inf", "-inf", "infinity", "1e999", "0x1p3", "-0.1", "1", "", "1,5", "half"])
  func oddNumbers(value: String) {
    #expect(
      throws: UsageError.invalidValue(
        value, argument: "--dropout <x>", expectation: "a number of at least 0 and less than 1",
        suggestion: nil)
    ) {
      try parse("in.txt", "--dropout=\(value)")
    }
  }

  @Test("a wrong choice is refused with the choices, and the nearest")
  func wrongChoice() {
    #expect(
      throws: UsageError.invalidValue(
        "drak", argument: "--shade <shade>", expectation: "one of 'light', 'dark'", suggestion: "dark")
    ) {
      try parse("in.txt", "--shade", "drak")
    }
  }

  @Test("help is asked for anywhere before two dashes")
  func help() {
    #expect(asksForHelp(["in.txt", "--bach", "-h"]))
    #expect(asksForHelp(["--help"]))
    #expect(!asksForHelp(["in.txt", "--", "--help"]))
    #expect(!asksForHelp(["--prompt=--help"]))
  }
}

@Suite("Messages about the command line")
struct UsageErrorTests {
  @Test(
    "an error says what is wrong and the way out",
    arguments: [
      (
        UsageError.unknownOption("--bach", suggestion: "--batch-size"),
        "Unknown option '--bach'. Did you mean '--batch-size'?"
      ),
      (.unknownCommand("xyzzy", suggestion: nil), "Unknown command 'xyzzy'."),
      (
        .missingValue(argument: "--prompt <text>", followedBy: "-x"),
        "Missing value for '--prompt <text>'. If '-x' is the value, write '--prompt=-x'."
      ),
      (
        .invalidValue(
          "0", argument: "--n-layer <n>", expectation: "a whole number from 1 to 96", suggestion: nil),
        "The value '0' is invalid for '--n-layer <n>': must be a whole number from 1 to 96."
      ),
      (.missingArgument("<checkpoint>"), "Missing expected argument '<checkpoint>'."),
    ])
  func messages(error: UsageError, message: String) {
    #expect(error.description == message)
    #expect(ErrorReport(error).code == .usage)
  }
}

@Suite("The words of the command line")
struct CommandLineWordsTests {
  @Test("are text where they are UTF-8, and else refused, with the bytes that are not")
  func bytes() throws {
    #expect(
      try CommandLineWords.texts(of: [Array("train".utf8), Array("né.txt".utf8), []]) == ["train", "né.txt", ""])
    let latin1: [UInt8] = Array("é: caf".utf8) + [0xE9] + Array(".txt".utf8)
    #expect(throws: UsageError.notUTF8(position: 2, shown: "é: caf\\xE9.txt")) {
      try CommandLineWords.texts(of: [Array("train".utf8), latin1])
    }
  }

  @Test("a file's name that is not UTF-8 is refused, and no other file is made or read for it")
  func program() throws {
    let workspace = try Workspace()
    let line = #"cd '\#(workspace.folder.path)'; "$MINIGPT" train "$(printf 'caf\351.txt')" --max-iters 1"#
    let outcome = try BuiltProgram.shell(line)
    #expect(outcome.status == ExitCode.usage.rawValue)
    #expect(outcome.error.hasPrefix(#"Error: Argument 2 is not UTF-8: 'caf\xE9.txt'."#))
    #expect(workspace.bytes("checkpoints") == nil)
  }
}
