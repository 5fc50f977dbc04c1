import Files
import Foundation
import Testing
import minigpt

@Suite("minigpt plot")
struct PlotCommandTests {
  @Test("draws training and validation with baselines, 80 columns wide, in ASCII where the locale is not UTF-8")
  func oneRun() throws {
    let workspace = try Workspace()
    #expect(try workspace.train().status == 0)
    let outcome = try workspace.run("plot", "checkpoints/fox")
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.error)")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines[0] == "loss, nats per token")
    #expect(lines.allSatisfy { $0.count <= 80 && $0.allSatisfy(\.isASCII) }, "\(outcome.output)")
    for text in ["*** validation, ends at ", "... training, ends at ", "''' each step", "best validation loss "] {
      #expect(outcome.output.contains(text) == (text != "''' each step"), "\(text)")
    }
    #expect(outcome.output.contains(" counting ") && outcome.output.contains(" val\n"))
    #expect(try workspace.run("plot", "checkpoints/fox", "--steps").output.contains("''' each step, ends at "))
    #expect(try workspace.run("plot", "checkpoints/fox/best").output == outcome.output)

    let folder = workspace.folder.path
    let shell = try BuiltProgram.shell("cd '\(folder)'; LC_ALL=C.UTF-8 \"$MINIGPT\" plot checkpoints/fox")
    #expect(shell.output.unicodeScalars.contains { (0x2801...0x28FF).contains($0.value) })
    #expect(
      try BuiltProgram.shell("cd '\(folder)'; LC_ALL=C.UTF-8 \"$MINIGPT\" plot checkpoints/fox --ascii").output
        == outcome.output)
  }

  @Test("two runs against time: each has curves of its own; JSON has all that is drawn")
  func twoRuns() throws {
    let workspace = try Workspace()
    #expect(try workspace.train("--out", "a").status == 0)
    #expect(try workspace.train("--out", "b", "--seed", "2").status == 0)
    let outcome = try workspace.run("plot", "a", "b", "--x", "time", "--json")
    #expect(outcome.status == 0)
    for name in ["1 a: validation", "2 b: validation", "1 val", "2 val", "seconds of training"] {
      #expect(outcome.error.contains(name), "\(name)")
    }
    let objects = try outcome.objects()
    #expect(objects.map { $0["run"] } == ["a", "b"])
    for object in objects {
      #expect(object.names == ["run", "levels", "evaluations", "steps"])
      guard case .array(let evaluations) = object["evaluations"], case .array(let steps) = object["steps"] else {
        throw FileError.malformed(file: "standard output", reason: object.compact)
      }
      #expect(evaluations.map { $0["step"] } == [4, 8] && steps.count == 8)
      #expect(steps[0].names == ["step", "seconds", "tokens", "loss"] && steps[7]["tokens"] == 128.0)
    }
  }

  @Test("an SVG file takes the place of what was there, and is named")
  func svg() throws {
    let workspace = try Workspace()
    #expect(try workspace.train().status == 0)
    try workspace.write("old", to: "losses.svg")
    let outcome = try workspace.run("plot", "checkpoints/fox", "--svg", "losses.svg")
    #expect(outcome.status == 0 && outcome.output == "2 curves in losses.svg.\n", "\(outcome.output)\(outcome.error)")
    let text = String(decoding: try #require(workspace.bytes("losses.svg")), as: UTF8.self)
    #expect(text.hasPrefix("<svg ") && text.hasSuffix("</svg>\n") && text.contains("Loss of fox"))
    let failed = try workspace.run("plot", "checkpoints/fox", "--svg", "nowhere/losses.svg")
    #expect(failed.status == ExitCode.ioFailure.rawValue && failed.error.contains("nowhere/losses.svg"))
  }

  @Test(
    "what cannot be drawn is said, with the way out",
    arguments: [
      (["plot"], ExitCode.usage, "<run>..."), (["plot", "nowhere"], .noInput, "minigpt runs lists them"),
      (["plot", "empty"], .noInput, "no record of its steps"), (["plot", "new"], .noInput, "first step"),
      (["plot", "new", "--x", "hours"], .usage, "'step', 'time', 'tokens'"),
    ])
  func refused(words: [String], code: ExitCode, reason: String) throws {
    let workspace = try Workspace()
    for name in ["empty", "new"] {
      try FileManager.default.createDirectory(
        at: workspace.folder.appending(path: name), withIntermediateDirectories: false)
    }
    try workspace.write(#"{"event":"baselines","step":0,"uniform":3.0}"# + "\n", to: "new/metrics.jsonl")
    let outcome = try workspace.run(words)
    #expect(outcome.status == code.rawValue && outcome.error.contains(reason), "\(outcome.error)")
  }

  @Test("a damaged line is named and left out; a run without a loss too, where another has some")
  func damaged() throws {
    let workspace = try Workspace()
    #expect(try workspace.train().status == 0)
    let record = String(decoding: try #require(workspace.bytes("checkpoints/fox/metrics.jsonl")), as: UTF8.self)
    try workspace.write("\u{1B}[2J\n" + record + #"{"event":"st"#, to: "checkpoints/fox/metrics.jsonl")
    try FileManager.default.createDirectory(
      at: workspace.folder.appending(path: "new"), withIntermediateDirectories: false)
    try workspace.write("", to: "new/metrics.jsonl")
    let outcome = try workspace.run("plot", "checkpoints/fox", "new")
    #expect(outcome.status == 0 && outcome.output.contains("validation, ends at"))
    #expect(outcome.error.contains("metrics.jsonl: 1 line, the first of them line 1, no event of a run"))
    #expect(outcome.error.contains("new has no loss yet") && !outcome.output.contains("\u{1B}"))
  }

  @Test("colours on a terminal, and none where NO_COLOR is set", arguments: [false, true])
  func colours(isPlain: Bool) throws {
    let screen = try PseudoTerminal(columns: 80)
    var environment = ["TERM": "xterm", "LANG": "C.UTF-8"]
    if isPlain { environment["NO_COLOR"] = "1" }
    let workspace = try Workspace()
    #expect(try workspace.train().status == 0)
    let terminal = Terminal(output: screen.descriptor, error: screen.descriptor, environment: environment)
    let path = workspace.folder.appending(path: "checkpoints/fox").path
    #expect(Minigpt.run(["plot", path], on: terminal) == .success)
    #expect(screen.read().contains("\u{1B}[36m") == !isPlain)
  }
}
