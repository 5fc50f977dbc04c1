import Files
import Testing
import minigpt

@Suite("Help")
struct HelpTextTests {
  @Test("a command's help: overview, usage, examples first, then arguments in columns")
  func full() {
    #expect(
      HelpText.full(ExampleCommand.definition, width: 60) == """
        OVERVIEW: Shows an argument of every form.

        USAGE: minigpt example <source> [<target>] [--n-layer <n>]
                 [--batch-size <n>] [--seed <n>] [--learning-rate
                 <x>] [--dropout <x>] [--prompt <text>] [--shade
                 <shade>] [--json]

        EXAMPLES:
          Begin here.
            minigpt example in.txt

        ARGUMENTS:
          <source>                What is read.
          <target>                What is written. (default: beside
                                  the source)

        MODEL:
          --n-layer <n>           Blocks. (default: the preset's)
          --batch-size <n>        Sequences a step. (default: 12)
          --seed <n>              Another seed, another run.
                                  (default: 1)
          --learning-rate <x>     The highest learning rate.
                                  (default: 0.001)
          --dropout <x>           The share of units dropped.
                                  (default: 0)
          --prompt <text>         The text to go on from.
          --shade <shade>         Light or dark. (default: light)

        OUTPUT:
          --json                  One JSON object a line.

        HELP:
          -h, --help              Show this text.

        EXIT CODES:
          0                       success
          65                      invalid input data: a file's
                                  contents are not what they should
                                  be
          128 + n                 ended by signal n with nothing new
                                  to save; Ctrl-C (n = 2) shows as
                                  130

        """)
  }

  @Test("no line of any command's help is wider than the terminal", arguments: [60, 80, 120])
  func width(columns: Int) {
    func help<C: Command>(_: C.Type) -> String { HelpText.full(C.definition, width: columns) }
    for command in Minigpt.commands {
      let lines = help(command).split(separator: "\n")
      #expect(lines.allSatisfy { $0.count <= columns || $0.hasPrefix("    minigpt") }, "\(command.name)")
    }
  }

  @Test("the lines after an error: the argument, the usage, and where to read more")
  func afterError() {
    let error = UsageError.invalidValue("0", argument: "--seed <n>", expectation: "…", suggestion: nil)
    let text = HelpText.afterError(error, ExampleCommand.definition, width: 200)
    #expect(
      text.hasPrefix("Help:  --seed <n>  Another seed, another run.\nUsage: minigpt example <source> ["))
    #expect(text.hasSuffix("]\n  See 'minigpt example --help' for more information.\n"))
  }

  @Test("text is cut between words; a word too long for a line keeps one to itself")
  func wrapping() {
    #expect(
      wrapped("one two three", width: 9, indentation: 2, continuation: 1) == "  one two\n   three")
    #expect(wrapped("a supercalifragilistic b", width: 8, indentation: 0) == "a\nsupercalifragilistic\nb")
    #expect(wrapped("", width: 8, indentation: 2) == "  ")
  }
}
