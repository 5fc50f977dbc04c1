import Foundation
import Testing
import minigpt

@Suite("A corpus out of the ordinary")
struct UnusualCorpusTests {
  @Test(
    "trains and is sampled from",
    arguments: [
      ("one character again and again", String(repeating: "a", count: 300), [String]()),
      ("one line", String(repeating: "all in one line, without an end ", count: 2_000), []),
      ("CRLF, emoji and combining marks", String(repeating: "né\u{301}e 👩‍👩‍👧 a\u{308}\r\n", count: 60), []),
      ("block size 1", String(repeating: "abcab", count: 30), ["--block-size", "1"]),
    ])
  func trains(name: String, text: String, flags: [String]) throws {
    let workspace = try Workspace()
    try workspace.write(text, to: "fox.txt")
    let outcome = try workspace.run(["train", "fox.txt"] + Workspace.small + flags)
    #expect(outcome.status == 0, "\(outcome.error)")
    let sample = try workspace.run("sample", "--max-new-tokens", "30")
    #expect(sample.status == 0, "\(sample.error)")
    let known = Set(text.unicodeScalars).union("\n".unicodeScalars)
    #expect(sample.output.unicodeScalars.allSatisfy { known.contains($0) })
  }

  @Test("is described in three lines before it is trained on, and not again when the run goes on")
  func description() throws {
    let workspace = try Workspace()
    let outcome = try workspace.train()
    for line in [
      "text       line ends: LF (20)\n",
      "repeated   100.0 % of the validation split stands in the training split too (of 2 windows of 50 characters)\n",
      "epochs     the training split is seen 0.10 times\n",
    ] {
      #expect(outcome.output.contains(line), "\(outcome.output)")
    }
    let resumed = try workspace.train("--resume")
    #expect(resumed.status == 0 && !resumed.output.contains("epochs"), "\(resumed.error)")
  }

  @Test("has its byte-order mark dropped, and that is said")
  func byteOrderMark() throws {
    let workspace = try Workspace()
    try workspace.write("\u{FEFF}" + String(repeating: "abc def ", count: 40), to: "fox.txt")
    let outcome = try workspace.train()
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("byte-order mark"))
    #expect(outcome.output.contains("320 characters, 7 different"))
  }

  @Test("has carriage returns, and that is said")
  func carriageReturns() throws {
    let workspace = try Workspace()
    #expect(try !workspace.train().output.contains("carriage returns"))
    try workspace.write(String(repeating: "abc def\r\n", count: 40), to: "fox.txt")
    #expect(try workspace.train().output.contains("fox.txt has carriage returns, as Windows ends lines"))
  }

  @Test("that is not UTF-8 is refused by line and byte")
  func invalidUTF8() throws {
    let workspace = try Workspace()
    let bytes = Data("first line\nsecond ".utf8) + [0xE9] + Data(" line\n".utf8)
    try bytes.write(to: workspace.folder.appendingPathComponent("fox.txt"))
    let outcome = try workspace.train()
    #expect(outcome.status == ExitCode.badData.rawValue)
    #expect(outcome.error.contains("fox.txt, line 2: byte 18 of the file (0xE9) is not UTF-8"))
  }

  @Test("has NULs or other control characters, and that is said")
  func controlCharacters() throws {
    let workspace = try Workspace()
    try workspace.write(String(repeating: "some fields\0and\u{1B}[1m more\t\n", count: 40), to: "fox.txt")
    let outcome = try workspace.train()
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output.contains("fox.txt has control characters (U+0000, U+001B): they are learned"))
  }

  @Test("is no UTF-8: the command that is advised makes it so, and touches nothing else", arguments: [false, true])
  func advice(isMarked: Bool) throws {
    let workspace = try Workspace()
    let name = "it's; rm * $(touch hacked) utf8.txt"
    let text = String(repeating: "An old fox\n", count: 30)
    let data = try #require(text.data(using: .utf16LittleEndian))
    try ((isMarked ? Data([0xFF, 0xFE]) : Data()) + data).write(to: workspace.folder.appending(path: name))
    try workspace.write("precious", to: "utf8.txt")
    let refused = try workspace.run(["train", name] + Workspace.small)
    #expect(refused.status == ExitCode.badData.rawValue)
    #expect(refused.error.contains("is UTF-16, little-endian"))
    let command = try #require(refused.error.split(separator: "convert it: ").last).trimmingCharacters(in: .newlines)
    #expect(try BuiltProgram.shell("cd '\(workspace.folder.path)' && \(command)").status == 0, "\(command)")
    #expect(workspace.bytes("it's; rm * $(touch hacked) utf8-utf8.txt") == Data(text.utf8))
    #expect(workspace.bytes("utf8.txt") == Data("precious".utf8))
    #expect(workspace.bytes("hacked") == nil && workspace.bytes("fox.txt") != nil)
  }

  #if os(Linux) && !DEBUG
    @Test("that is large takes at most one and a half times its size in memory")
    func memory() throws {
      let workspace = try Workspace()
      let size = 80_000_000
      try workspace.write(String(repeating: "The fox and the crow, an old pair.\r\n", count: size / 36), to: "fox.txt")
      // What the program and its small model take besides.
      let besides = 60_000_000
      let limit = (3 * size / 2 + besides) / 1024
      let words = (["train", "fox.txt"] + Workspace.small).joined(separator: " ")
      let outcome = try BuiltProgram.shell(
        "cd '\(workspace.folder.path)'; ulimit -v \(limit + Self.reserved) && \"$MINIGPT\" \(words)")
      #expect(outcome.status == 0, "\(outcome.error)")
    }

    /// KiB of address space that the program reserves and does not touch: its threads' stacks and its libraries.
    private static let reserved = 300_000
  #endif
}
