import Files
import Foundation
import Testing
import minigpt

@Suite("minigpt runs")
struct RunsCommandTests {
  @Test("a row for each run, the newest first, with what its files know")
  func table() throws {
    let workspace = try Workspace()
    #expect(try workspace.train().status == 0)
    #expect(try workspace.train("--max-iters", "12", "--eval-interval", "6").status == 0)
    let outcome = try workspace.run("runs")
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.error)")
    let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(lines[0] == ["run", "text", "parameters", "step", "best", "val", "time", "guessing", "counting"])
    #expect(
      lines[1].prefix(4) == ["fox-2", "1,380", "1,080", "12"] && lines[2].prefix(4) == ["fox", "1,380", "1,080", "8"])

    let objects = try workspace.run("runs", "--json").objects()
    #expect(objects.map { $0["run"] } == ["checkpoints/fox-2", "checkpoints/fox"])
    for object in objects {
      #expect(object["problems"] == [] && object["characters"] == 1_380 && object["parameters"] == 1_080)
      #expect(object["architecture"] == "gpt" && object["baselines"]?["floor"] == .null)
    }
    let best = try workspace.run("eval", "checkpoints/fox", "fox.txt", "--json").status
    #expect(best == 0)
    #expect(try workspace.run("runs", "checkpoints/fox", "--json").objects() == [objects[1]])
  }

  @Test("a damaged run has a row that says so, and the others theirs")
  func damaged() throws {
    let workspace = try Workspace()
    for name in ["checkpoints/a", "checkpoints/b", "checkpoints/c"] {
      #expect(try workspace.train("--out", name).status == 0)
    }
    try workspace.write("no number", to: "checkpoints/a/checkpoint-8/model.safetensors")
    try workspace.write("{", to: "checkpoints/b/checkpoint-4/config.json")
    try workspace.write("{", to: "checkpoints/b/checkpoint-8/config.json")
    try workspace.write("\u{1B}[2J\nnothing\n", to: "checkpoints/b/metrics.jsonl")
    try FileManager.default.createDirectory(
      at: workspace.folder.appending(path: "checkpoints/d/metrics.jsonl"), withIntermediateDirectories: true)
    try workspace.write("no run", to: "checkpoints/file")
    let outcome = try workspace.run("runs")
    #expect(outcome.status == 0, "\(outcome.error)")
    let text = outcome.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(text.contains("DAMAGED: checkpoint-8/model.safetensors: truncated: 9 bytes"))
    #expect(text.contains("DAMAGED: checkpoint-8/config.json: truncated: 1 bytes"))
    #expect(text.contains("DAMAGED: metrics.jsonl: 2 lines, the first of them line 1, no event of a run"))
    #expect(text.contains("DAMAGED: metrics.jsonl: not a file") && !text.contains("\u{1B}"))
    #expect(text.contains("What can be saved: "))
    let objects = try workspace.run("runs", "--json").objects()
    #expect(objects.count == 4)
    #expect(objects.filter { $0["problems"] == [] }.map { $0["run"] } == ["checkpoints/c"])
  }

  @Test("a checkpoint that stands alone is a row too, without steps")
  func alone() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let objects = try BuiltProgram.run(["runs", "--json", "checkpoints/demo"], in: root).objects()
    #expect(objects.count == 1 && objects[0]["problems"] == [] && objects[0]["step"] == .null)
  }

  @Test("without runs it says what to do; a folder that is named must be there")
  func none() throws {
    let workspace = try Workspace()
    for words in [["runs"], ["runs", "."]] {
      let outcome = try workspace.run(words)
      #expect(outcome.status == 0 && outcome.output.hasPrefix("No runs in "))
      #expect(outcome.output.contains(" train my-text.txt\n"))
    }
    #expect(try workspace.run("runs", "nowhere").status == ExitCode.noInput.rawValue)
    #expect(try workspace.run("runs", "fox.txt").status == ExitCode.badData.rawValue)
    #expect(try workspace.run("runs", "--json").output.isEmpty)
  }
}
