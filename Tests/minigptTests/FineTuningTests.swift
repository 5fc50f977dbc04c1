import Files
import Foundation
import Testing
import minigpt

/// The demo, which has learned fables, goes on with this project's README.
@Suite("minigpt train --init-from")
struct FineTuningTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let demo = root.appending(path: "checkpoints/demo").path
  private static let text = root.appending(path: "README.md").path
  private static let few = [
    "--max-iters", "12", "--warmup-iters", "0", "--batch-size", "4", "--eval-interval", "6", "--eval-iters", "2",
    "--learning-rate", "0.003", "--json",
  ]

  private func losses(_ outcome: BuiltProgram.Outcome) throws -> [Double] {
    try outcome.objects().filter { $0["event"] == "eval" }.compactMap { event in
      guard case .number(let loss)? = event["val_loss"] else { return nil }
      return loss
    }
  }

  @Test("beats the same model from random weights after as many steps")
  func betterThanNothing() throws {
    let workspace = try Workspace()
    let tuned = try workspace.run(["train", Self.text, "--out", "tuned", "--init-from", Self.demo] + Self.few)
    #expect(tuned.status == 0, "\(tuned.error)")
    let shape = ["--preset", "fables", "--optimizer", "adamw"]
    let fresh = try workspace.run(["train", Self.text, "--out", "fresh"] + shape + Self.few)
    let (losses, others) = (try losses(tuned), try losses(fresh))
    #expect(losses.count == 2 && others.count == 2)
    // Where what was learned is kept, the difference is half a nat and more.
    #expect(try #require(losses.last) < #require(others.last) - 0.2, "\(losses) \(others)")
    let event = try #require(try tuned.objects().first { $0["event"] == "pretrained" })
    #expect(event["path"] == .string(Self.demo))
    guard case .integer(let added)? = event["added_tokens"] else {
      Issue.record("\(event)")
      return
    }
    #expect(added > 10 && tuned.error.contains("pretrained \(Self.demo); \(added) characters new to it"))
  }

  @Test("records what it began with, also in a run that is resumed, which ends with the bytes of one that went through")
  func resumed() throws {
    let workspace = try Workspace()
    let words = ["train", Self.text, "--init-from", Self.demo] + Self.few + ["--lr-decay-iters", "12"]
    #expect(try workspace.run(words + ["--out", "through"]).status == 0)
    #expect(try workspace.run(words + ["--out", "halved", "--max-iters", "5"]).status == 0)
    let resumed = try workspace.run(words + ["--out", "halved", "--resume", "--threads", "1"])
    #expect(resumed.status == 0, "\(resumed.error)")
    for file in ["model.safetensors", "optimizer.safetensors", "tokenizer.json"] {
      #expect(workspace.bytes("halved/last/\(file)") == workspace.bytes("through/last/\(file)"), "\(file)")
    }
    let state = String(decoding: try #require(workspace.bytes("halved/last/trainer_state.json")), as: UTF8.self)
    #expect(try JSON(parsing: state, from: "")["trainer"]?["pretrained"]?["path"] == .string(Self.demo))
  }

  @Test("chooses no shape for a budget, and the command that is shown begins with the model too")
  func budgeted() throws {
    let workspace = try Workspace()
    try FileManager.default.createSymbolicLink(
      at: workspace.folder.appending(path: "demo"), withDestinationURL: URL(filePath: Self.demo))
    let outcome = try workspace.run(
      "train", Self.text, "--init-from", "demo", "--budget", "3s", "--seed", "5", "--json")
    #expect(outcome.status == 0, "\(outcome.error)")
    let budget = try outcome.objects()[0]
    #expect(budget["recipe"]?["n_layer"] == 2 && budget["recipe"]?["n_embd"] == 96)
    guard case .string(let command)? = budget["command"] else {
      Issue.record("\(budget)")
      return
    }
    #expect(command.contains("README.md --init-from demo ") && !command.contains("--n-"))
  }

  @Test("is refused where a flag contradicts the model's shape, it is none, or the run began otherwise")
  func refused() throws {
    let workspace = try Workspace()
    let other = try workspace.run("train", "fox.txt", "--init-from", Self.demo, "--n-layer", "3", "--max-iters", "2")
    #expect(other.status == ExitCode.usage.rawValue)
    #expect(other.error.contains("--n-layer is 2 there, and 3 was asked for"), "\(other.error)")
    let none = try workspace.run("train", "fox.txt", "--init-from", "nowhere", "--max-iters", "2")
    #expect(none.status == ExitCode.noInput.rawValue && none.error.contains("nowhere"), "\(none.error)")
    #expect(workspace.bytes("checkpoints/fox/metrics.jsonl") == nil)
    _ = try workspace.train("--out", "run", "--max-iters", "4")
    let begun = try workspace.run(
      ["train", "fox.txt"] + Workspace.small + ["--out", "run", "--resume", "--init-from", Self.demo])
    #expect(begun.status == ExitCode.usage.rawValue)
    #expect(begun.error.contains("--init-from was nothing"), "\(begun.error)")
  }
}
