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

  @Test("that comes along but is not there is asked for by another name")
  func missingDefault() throws {
    let outcome = try Workspace().run("train")
    #expect(outcome.status == ExitCode.usage.rawValue)
    #expect(
      outcome.error.contains("data/fables.txt, which is learned from where no text is named, is not in this folder"))
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

  #if os(Linux) && !DEBUG
    @Test("that is large takes at most five times its size in memory")
    func memory() throws {
      let workspace = try Workspace()
      let size = 40_000_000
      try workspace.write(String(repeating: "The fox and the crow, an old pair.\r\n", count: size / 36), to: "fox.txt")
      // What the program and its small model take besides.
      let besides = 60_000_000
      let limit = (5 * size + besides) / 1024
      let words = (["train", "fox.txt"] + Workspace.small).joined(separator: " ")
      let outcome = try BuiltProgram.shell(
        "cd '\(workspace.folder.path)'; ulimit -v \(limit + Self.reserved) && \"$MINIGPT\" \(words)")
      #expect(outcome.status == 0, "\(outcome.error)")
    }

    /// KiB of address space that the program reserves and does not touch: its threads' stacks and its libraries.
    private static let reserved = 300_000
  #endif
}
