import Foundation
import Testing
import minigpt

@Suite("Exit codes")
struct ExitCodeTests {
  @Test("README's table is the program's list")
  func table() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    let table = ExitCode.table().map { "| \($0.code) | \($0.meaning) |" }.joined(separator: "\n")
    #expect(page.contains("| exit code | meaning |\n| --- | --- |\n" + table + "\n\n"))
  }

  @Test("help has them: the program's all of them, a command's those that it may end with")
  func help() throws {
    func codes(_ words: String...) throws -> [String] {
      let section = try BuiltProgram.run(words + ["--help"], in: nil).output.components(separatedBy: "EXIT CODES:\n")
      let rows = section.last?.components(separatedBy: "\n\n").first ?? ""
      return rows.split(separator: "\n").compactMap { line in
        line.hasPrefix("  ") && !line.hasPrefix("   ") ? String(line.dropFirst(2).prefix { $0 != " " }) : nil
      }
    }
    let all = ExitCode.allCases.map { "\($0.rawValue)" }
    #expect(try codes() == all + ["128"])
    #expect(try codes("train") == all + ["128"])
    #expect(try codes("eval") == ["0", "64", "65", "66", "70", "71", "74", "128"])
  }

  @Test(
    "the program ends with each of them",
    arguments: [
      ("--version", ExitCode.success),
      ("train --bach 3", .usage),
      ("train empty.txt", .badData),
      ("train nowhere.txt", .noInput),
      ("train /dev/null", .noInput),
      ("bench kernels --batch-size 1048576 --block-size 1048576", .outOfMemory),
      ("--version >/dev/full", .ioFailure),
      ("train fox.txt --out fox.txt/run", .ioFailure),
      ("train fox.txt --learning-rate 1e30 --warmup-iters 0 --n-layer 1 --max-iters 50 --precision highest", .diverged),
    ] as [(String, ExitCode)])
  func codes(line: String, code: ExitCode) throws {
    let workspace = try Workspace()
    try workspace.write("", to: "empty.txt")
    let outcome = try BuiltProgram.shell("cd '\(workspace.folder.path)'; \"$MINIGPT\" \(line)")
    #expect(outcome.status == code.rawValue, "\(outcome.error)")
    if code != .success { #expect(outcome.error.contains("Error: ")) }
  }

  @Test("an internal error has its own")
  func defect() {
    struct Surprise: Error {}
    #expect(ErrorReport(Surprise()).code == .defect)
  }

  @Test("a signal ends it at once while the corpus comes from a pipe, and it is said that nothing is lost")
  func signalWhileReading() throws {
    for number in [SIGINT, SIGTERM, SIGQUIT] {
      let workspace = try Workspace()
      #expect(mkfifo(workspace.folder.appending(path: "pipe").path, 0o600) == 0)
      // In an open or in a read of it, since one end is held open here.
      let descriptor = number == SIGTERM ? open(workspace.folder.appending(path: "pipe").path, O_RDWR) : -1
      let running = try BuiltProgram.Running(BuiltProgram.path, ["train", "pipe"], in: workspace.folder)
      Thread.sleep(forTimeInterval: 0.5)
      running.signal(number)
      let outcome = running.outcome()
      if descriptor >= 0 { close(descriptor) }
      #expect(outcome.signal == number)
      #expect(outcome.error.contains("there was nothing to save") == (number != SIGQUIT))
      #expect(workspace.bytes("checkpoints/pipe/metrics.jsonl") == nil)
    }
  }

  @Test("SIGQUIT ends training as any other program, without a backtrace")
  func quit() throws {
    let workspace = try Workspace()
    let words = ["train", "fox.txt", "--json"] + Workspace.small + ["--max-iters", "1000000"]
    let running = try BuiltProgram.Running(BuiltProgram.path, words, in: workspace.folder)
    running.waitForOutput()
    running.signal(SIGQUIT)
    let outcome = running.outcome()
    #expect(outcome.signal == SIGQUIT)
    #expect(!outcome.error.contains("Thread 0"))
  }
}
