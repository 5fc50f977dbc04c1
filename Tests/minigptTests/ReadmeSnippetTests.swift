import Files
import Foundation
import Testing
import minigpt

@Suite("README's snippets for other programs")
struct ReadmeSnippetTests {
  /// The section, and a workspace with a run where it says there is one.
  private func section() throws -> (text: String, workspace: Workspace) {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    let page = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    let start = try #require(page.firstRange(of: "## Use it elsewhere\n"))
    let end = try #require(page[start.upperBound...].firstRange(of: "\n## "))
    let workspace = try Workspace()
    #expect(try workspace.train("--out", "checkpoints/fables").status == 0)
    return (String(page[start.upperBound..<end.lowerBound]), workspace)
  }

  /// Everything that `pattern` captures once in `text`.
  private func captures(_ pattern: String, in text: String) throws -> [String] {
    try text.matches(of: Regex(pattern, as: (Substring, Substring).self)).map { String($0.output.1) }
  }

  @Test("Python's paths are there: of a checkpoint that transformers opens, and of the record")
  func paths() throws {
    let (text, workspace) = try section()
    let paths = try captures(#""(checkpoints/fables[^"]*)""#, in: text)
    #expect(Set(paths) == ["checkpoints/fables/best", "checkpoints/fables/metrics.jsonl"])
    for name in ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"] {
      #expect(workspace.bytes("checkpoints/fables/best/" + name) != nil)
    }
    // What README says of the run's own folder.
    #expect(workspace.bytes("checkpoints/fables/config.json") == nil)
  }

  @Test("what Python asks of an event is in the record")
  func events() throws {
    let (text, workspace) = try section()
    let names = try captures(#"\be\["(\w+)"\]"#, in: text) + captures(#""(\w+_loss)""#, in: text)
    #expect(Set(names) == ["step", "event", "train_loss", "val_loss"])
    let record = String(decoding: try #require(workspace.bytes("checkpoints/fables/metrics.jsonl")), as: UTF8.self)
    let events = try record.split(separator: "\n").map { try JSON(parsing: String($0), from: "metrics.jsonl") }
    let evaluations = events.filter { $0["event"] == "eval" }
    #expect(evaluations.count == 2 && evaluations.allSatisfy { Set(names).isSubset(of: $0.names) })
    #expect(events.allSatisfy { $0["event"] != nil })
  }

  @Test("the commands for minigpt do what is said")
  func commands() throws {
    let (text, workspace) = try section()
    let lines = try captures(#"(?m)^swift run -c release minigpt (.*)$"#, in: text)
    #expect(lines.count == 1)
    for line in lines { #expect(try workspace.run(line.split(separator: " ").map(String.init)).status == 0, "\(line)") }
    #expect(workspace.bytes("fables.gguf")?.prefix(4) == Data("GGUF".utf8))
    for option in try captures(#"`train (--[^`]*)`"#, in: text) + captures(#"\(or `(--tensorboard=[^`]*)`"#, in: text) {
      #expect(try workspace.train(option, "--overwrite", "--out", "run").status == 0, "\(option)")
    }
    #expect(FileManager.default.fileExists(atPath: workspace.folder.appending(path: "logs/fables").path))
  }
}
