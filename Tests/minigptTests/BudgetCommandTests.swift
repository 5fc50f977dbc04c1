import Files
import Foundation
import Testing
import minigpt

/// What is chosen here is small, so that two seconds are many steps; nothing is expected of how long anything takes.
@Suite("minigpt train --budget")
struct BudgetCommandTests {
  private static let small = [
    "--n-layer", "1", "--n-embd", "16", "--block-size", "8", "--seed", "7", "--ngram-mixture",
  ]

  @Test("says what it chose and why, and the command that makes the same bytes again")
  func sameBytes() throws {
    let workspace = try Workspace()
    let outcome = try workspace.run(["train", "fox.txt", "--budget", "2s", "--json"] + Self.small)
    #expect(outcome.status == 0, "\(outcome.error)")
    let events = try outcome.objects()
    let budget = events[0]
    #expect(
      budget.names == ["event", "seconds", "planned_seconds", "epochs", "reasons", "recipe", "command"])
    #expect(budget["event"] == "budget" && budget["seconds"] == .number(2))
    #expect(budget["recipe"]?["n_embd"] == 16 && budget["recipe"]?["seed"] == 7)
    #expect(budget["reasons"]?.names.contains("length") == true)
    #expect(budget["reasons"]?.names.contains("context") == false)
    #expect(events.last?["event"] == "done")
    for part in ["budget     2s, of which reading and measuring took ", "\nlength     ", "\nThe budget was 2s; "] {
      #expect(outcome.error.contains(part), "\(part)")
    }

    // The last command shown is that of the run as it ended.
    let shown = outcome.error.split(separator: "\n").map(String.init)
    let title = try #require(shown.lastIndex { $0.hasPrefix("The same run without a budget:") })
    let command = shown[title + 1].split(separator: " ").map(String.init)
    #expect(!command.contains("--budget") && command.contains("--max-iters"))
    let words = command.drop { $0 != "train" }
    let again = try workspace.run(Array(words) + ["--out", "again", "--threads", "1"])
    #expect(again.status == 0, "\(again.error)")
    let files = try FileManager.default.contentsOfDirectory(atPath: workspace.folder.path + "/again/last/")
    #expect(files.count == 8)
    for file in files {
      let bytes = ["checkpoints/fox/last/", "again/last/"].map { workspace.bytes($0 + file) }
      #expect(bytes[0] != nil && bytes[0] == bytes[1], "\(file)")
    }
  }

  @Test("is finished when it is, and goes on for a time that is given then")
  func goesOn() throws {
    let workspace = try Workspace()
    let words = ["train", "fox.txt", "--out", "run", "--json", "--patience", "100000"]
    let first = try workspace.run(words + ["--budget", "1s"] + Self.small)
    #expect(first.status == 0, "\(first.error)")
    let finished = try workspace.run(words + ["--resume"])
    #expect(finished.status == 0 && finished.error.contains("The run was finished before, after "))
    #expect(try finished.objects().map { $0["event"] } == ["done"])

    let longer = try workspace.run(words + ["--resume", "--budget", "1s"])
    #expect(longer.status == 0, "\(longer.error)")
    let (before, after) = (try first.objects().last?["step"], try longer.objects().last?["step"])
    guard case .integer(let before) = before, case .integer(let after) = after else {
      Issue.record("no steps")
      return
    }
    #expect(after > before)
    #expect(try workspace.run(words + ["--resume"]).error.contains("The run was finished before, after "))
  }

  @Test("keeps a preset as it is; interrupted, it goes on by a command that has neither")
  func interrupted() throws {
    let workspace = try Workspace()
    let words = ["train", "fox.txt", "--preset", "baby", "--budget=1h", "--json"]
    let running = try BuiltProgram.Running(BuiltProgram.path, words, in: workspace.folder)
    // The first line is the plan's, and the next comes with the first step.
    running.waitForOutput()
    var outcome: BuiltProgram.Outcome?
    while outcome == nil {
      if workspace.bytes("checkpoints/fox/metrics.jsonl")?.contains(UInt8(ascii: "\n")) == true {
        running.signal(SIGINT)
        outcome = running.outcome()
      } else {
        usleep(10_000)
      }
    }
    #expect(outcome?.status == ExitCode.interrupted.rawValue)
    let command = try #require(outcome?.error.split(separator: "\n").last)
    #expect(command.hasSuffix("train --out checkpoints/fox --resume fox.txt --json"))
    let state = String(
      decoding: try #require(workspace.bytes("checkpoints/fox/last/trainer_state.json")), as: UTF8.self)
    let recipe = try JSON(parsing: state, from: "trainer_state.json")["trainer"]?["recipe"]
    #expect(recipe?["max_iters"] == recipe?["lr_decay_iters"])
    #expect(recipe?["n_layer"] == 4 && recipe?["batch_size"] == 12 && recipe?["optimizer"] == nil)
    #expect(recipe?["lr_refit"] == nil && recipe?["sample_every"] == nil)
  }

  @Test(
    "is refused where it is none, too short, or beside another length",
    arguments: [
      (["--budget", "0"], "must be a time greater than 0 and at most 1000h, such as 90s, 5m or 1h30m."),
      (["--budget", "5 minutes"], "must be a time greater than 0"), (["--budget=-1s"], "must be a time greater than 0"),
      (["--budget", "-1s"], "'--budget=-1s'"), (["--budget", "5"], "must be a time"), (["--budget="], "must be a time"),
      (["--budget", "1e9h"], "must be a time"), (["--budget"], "Missing value"),
      (["--budget", "0.000001s"], "--budget is too short for one step: "),
      (["--budget", "5m", "--max-iters", "9"], "--budget and --max-iters exclude each other: "),
      (["--budget", "5m", "--lr-refit", "5:9"], "--budget and --lr-refit exclude each other: "),
      (["--budget", "5m", "--block-size", "5000"], "block"), (["--budget", "5s", "--n-head", "7"], "--n-head"),
    ])
  func refused(words: [String], message: String) throws {
    let workspace = try Workspace()
    let outcome = try workspace.run(["train", "fox.txt"] + words)
    #expect(outcome.status == (message == "block" ? ExitCode.badData : .usage).rawValue)
    #expect(outcome.error.hasPrefix("Error: ") && outcome.error.contains(message), "\(outcome.error)")
    #expect(workspace.bytes("checkpoints/fox/metrics.jsonl") == nil)
  }

  @Test("stands in a configuration file too, and is taken back by none")
  func configured() throws {
    let workspace = try Workspace()
    try workspace.write(#"{"budget": "1s", "n_layer": 1, "n_embd": 16, "block_size": 8}"#, to: "run.json")
    let outcome = try workspace.run("train", "fox.txt", "--config", "run.json", "--json")
    #expect(try outcome.objects().first?["event"] == "budget")
    let fixed = try workspace.run(
      "train", "fox.txt", "--config", "run.json", "--json", "--budget", "none", "--max-iters", "2")
    #expect(try fixed.objects().first?["event"] == "baselines")
    let refused = try workspace.run("train", "fox.txt", "--config", "run.json", "--max-iters", "2")
    #expect(refused.status == ExitCode.usage.rawValue)
  }
}
