import Foundation
import Testing
import minigpt

@Suite("The terminal")
struct TerminalTests {
  @Test("text goes to the stream named, whole, and beyond what a pipe holds")
  func streams() throws {
    let output = Pipe()
    let error = Pipe()
    let text = String(repeating: "0123456789", count: 100_000)
    Thread.detachNewThread {
      let terminal = Terminal(
        output: output.fileHandleForWriting.fileDescriptor, error: error.fileHandleForWriting.fileDescriptor)
      terminal.writeLine("careful", to: .error)
      terminal.write(text)
      try? output.fileHandleForWriting.close()
      try? error.fileHandleForWriting.close()
    }
    #expect(try output.fileHandleForReading.readToEnd() == Data(text.utf8))
    #expect(try error.fileHandleForReading.readToEnd() == Data("careful\n".utf8))
  }

  @Test("a descriptor that does not block is waited for")
  func nonBlocking() throws {
    let pipe = Pipe()
    let descriptor = pipe.fileHandleForWriting.fileDescriptor
    #expect(fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0)
    let text = String(repeating: "x", count: 300_000)
    Thread.detachNewThread {
      Terminal(output: descriptor).write(text)
      try? pipe.fileHandleForWriting.close()
    }
    #expect(try pipe.fileHandleForReading.readToEnd()?.count == text.utf8.count)
  }

  @Test("the first failure of standard output is kept")
  func failure() {
    let terminal = Terminal(output: -1, error: -1)
    terminal.write("to nobody", to: .error)
    #expect(terminal.outputFailure == nil)
    terminal.write("to nobody")
    #expect(terminal.outputFailure?.number == EBADF)
    #expect(Minigpt.run(["--version"], on: terminal) == .ioFailure)
  }

  @Test("a pipe is no terminal: 80 columns, or what COLUMNS says, no bold, and text stays as it is")
  func pipe() {
    let pipe = Pipe()
    let descriptor = pipe.fileHandleForWriting.fileDescriptor
    let terminal = Terminal(output: descriptor, error: descriptor, environment: [:])
    #expect(!terminal.isInteractive(.output))
    #expect(terminal.width(of: .output) == 80)
    #expect(Terminal(output: descriptor, environment: ["COLUMNS": "132"]).width(of: .output) == 132)
    #expect(Terminal(output: descriptor, environment: ["COLUMNS": "0"]).width(of: .output) == 80)
    terminal.writeBold("text\u{1B}[31m\r")
    close(descriptor)
    #expect(String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self) == "text\u{1B}[31m\r")
  }

  @Test("a pseudo-terminal is one: its width is asked for, and NO_COLOR and TERM=dumb are heeded")
  func pseudoTerminal() throws {
    let screen = try PseudoTerminal(columns: 50)
    func terminal(_ environment: [String: String]) -> Terminal {
      Terminal(output: screen.descriptor, error: screen.descriptor, environment: environment)
    }
    #expect(terminal([:]).isInteractive(.error))
    #expect(terminal([:]).width(of: .output) == 50)
    terminal([:]).writeBold("text")
    #expect(screen.read() == "\u{1B}[1mtext\u{1B}[0m")
    terminal(["NO_COLOR": "1"]).writeBold("text")
    #expect(screen.read() == "text")
    #expect(!terminal(["TERM": "dumb"]).isInteractive(.error))
  }

  @Test("what a terminal would obey is shown on it as an escape; line feeds, Windows' line ends and tabs stay")
  func controlCharacters() throws {
    let screen = try PseudoTerminal(columns: 50)
    let terminal = Terminal(output: screen.descriptor, error: screen.descriptor, environment: [:])
    terminal.write("a\u{1B}[2Jb\u{7}\u{9B}1mc\td\n")
    #expect(screen.read() == "a\\u{1B}[2Jb\\u{7}\\u{9B}1mc\td\n")
    // A sample comes character by character.
    for piece in ["x", "\r", "\n", "y", "\r", "z", "\r"] { terminal.write(piece) }
    terminal.writeLine()
    #expect(screen.read() == "x\r\ny\\u{D}z\r\n")
    terminal.writeBold("\u{1B}[0m")
    #expect(screen.read() == "\u{1B}[1m\\u{1B}[0m\u{1B}[0m")
    terminal.showProgress("to \u{1B}c")
    terminal.hideProgress()
    #expect(screen.read() == "\rto \\u{1B}c\u{1B}[K\r\u{1B}[K")
  }

  @Test("standard error is never data: what a terminal would obey is an escape there, in a file as well")
  func controlCharactersInMessages() throws {
    let pipe = Pipe()
    Terminal(output: -1, error: pipe.fileHandleForWriting.fileDescriptor, environment: [:])
      .writeLine("a\u{1B}[2Jb", to: .error)
    #expect(String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self) == "a\\u{1B}[2Jb\n")
  }

  @Test("emoji, marks and joiners are shown as they are")
  func ordinaryText() {
    for text in ["", "né\u{301}e 👩‍👩‍👧 a\u{308}\tb\n", "می\u{200C}خواهم\r\n"] { #expect(visible(text) == text) }
    #expect(visible("a\u{202E}b") == "a\\u{202E}b")
  }

  @Test("the progress line is redrawn in place, cut to the width, and wiped before other text")
  func progressLine() throws {
    let screen = try PseudoTerminal(columns: 10)
    let terminal = Terminal(output: screen.descriptor, error: screen.descriptor, environment: [:])
    terminal.showProgress("step 1 of 200")
    terminal.showProgress("step 2")
    terminal.write("done")
    terminal.hideProgress()
    #expect(screen.read() == "\rstep 1 of\u{1B}[K\rstep 2\u{1B}[K\r\u{1B}[Kdone")
  }
}

@Suite("Progress")
struct ProgressReportTests {
  @Test("on a terminal the line is redrawn at most ten times a second")
  func redrawn() throws {
    let screen = try PseudoTerminal(columns: 80)
    var report = ProgressReport(
      on: Terminal(output: screen.descriptor, error: screen.descriptor, environment: [:]), fallback: .output)
    let start = ContinuousClock.now
    for milliseconds in [0, 50, 99, 100, 150, 250] {
      report.update(now: start + .milliseconds(milliseconds)) { "\(milliseconds)" }
    }
    #expect(screen.read() == "\r0\u{1B}[K\r100\u{1B}[K\r250\u{1B}[K")
  }

  @Test("elsewhere a plain line is written every ten seconds")
  func plain() throws {
    let pipe = Pipe()
    let descriptor = pipe.fileHandleForWriting.fileDescriptor
    var report = ProgressReport(
      on: Terminal(output: descriptor, error: descriptor, environment: [:]), fallback: .output)
    let start = ContinuousClock.now
    for seconds in [0, 1, 9, 10, 15, 21] {
      report.update(now: start + .seconds(seconds)) { "\(seconds)" }
    }
    try pipe.fileHandleForWriting.close()
    #expect(try pipe.fileHandleForReading.readToEnd() == Data("0\n10\n21\n".utf8))
  }
}
