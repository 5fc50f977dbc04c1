import Checkpoints
import Files
import Foundation
import Testing
import minigpt

@Suite("Seeing a run learn")
struct TrainingProgressTests {
  @Test("the table says how many tokens were seen, and how often the text")
  func table() throws {
    let outcome = try Workspace().train()
    let lines = outcome.output.split(separator: "\n")
    let header = try #require(lines.first { $0.hasPrefix("    step") })
    #expect(header == "    step     seen  epochs  train loss  val loss  val bits/char     time")
    // Four steps of 2 × 8 tokens, of 1,242.
    let row = try #require(lines.first { $0.hasPrefix("       4") })
    #expect(row.hasPrefix("       4       64    0.05  "))
    #expect(lines.allSatisfy { $0.count <= 120 } && header.count <= 80)
    #expect(!outcome.output.contains("curve"))
  }

  @Test("lines of progress come every so many steps if asked for")
  func logEvery() throws {
    let workspace = try Workspace()
    let outcome = try workspace.train("--log-every", "3")
    let steps = outcome.output.split(separator: "\n").filter { $0.hasPrefix("step ") }.map { $0.prefix(11) }
    #expect(steps == ["step 3 of 8", "step 6 of 8"])
    #expect(outcome.output.contains(" characters/s  ") && !outcome.output.contains("tokens"))
    #expect(try workspace.train("--log-interval=8").output.contains("\nstep 8 of 8  "))
    #expect(try workspace.train("--log-every", "0").status == ExitCode.usage.rawValue)
  }

  @Test("the time that is left goes by the steps after the first, and is not shown before there are any")
  func timeLeft() throws {
    let start = ContinuousClock.now
    var left = TimeLeft()
    #expect(left.seconds(until: 103) == nil)
    // The first one with ten seconds of preparation before it, the others of 100 ms.
    left.note(1, at: start + .seconds(10))
    #expect(left.seconds(until: 103) == nil)
    left.note(3, at: start + .seconds(10) + .milliseconds(200))
    #expect(abs(try #require(left.seconds(until: 103)) - 10) < 1e-9)

    let lines = try Workspace().train("--log-every", "1").output.split(separator: "\n").filter { $0.hasPrefix("step ") }
    #expect(lines.count == 8)
    #expect(lines.map { $0.hasSuffix(" left") } == [false] + Array(repeating: true, count: 7))
  }

  @Test("samples are shown and recorded, always the same, and training does not notice them")
  func samples() throws {
    let workspace = try Workspace()
    let plain = try workspace.train("--out", "plain")
    #expect(plain.status == 0)
    let outcome = try workspace.train("--out", "run", "--json", "--sample-every", "4")
    let samples = try outcome.objects().filter { $0["event"] == "sample" }
    #expect(samples.map { $0["step"] } == [4, 8])
    #expect(samples.allSatisfy { $0.names == ["event", "step", "seed", "text"] && $0["seed"] == 1337 })
    guard case .string(let text) = samples[1]["text"] else {
      Issue.record("no text")
      return
    }
    #expect(text.count == 200)
    #expect(outcome.error.contains("\nA sample after step 8:\n\n" + text))
    let again = try workspace.run(
      "sample", "run/checkpoint-8", "--max-new-tokens", "200", "--seed", "1337", "--json")
    #expect(try again.objects().first?["text"] == .string(text))
    let bytes = ["plain", "run"].map { workspace.bytes($0 + "/last/model.safetensors") }
    #expect(bytes[0] != nil && bytes[0] == bytes[1])
  }

  @Test("each sample stands once in the record of a run that was stopped and resumed")
  func resumed() throws {
    let workspace = try Workspace()
    for steps in ["4", "6", "8"] {
      let outcome = try workspace.run(
        ["train", "fox.txt", "--out", "run", "--resume", "--sample-every", "2"] + Workspace.small
          + ["--max-iters", steps, "--lr-decay-iters", "8"])
      #expect(outcome.status == 0, "\(outcome.error)")
    }
    let record = String(decoding: try #require(workspace.bytes("run/metrics.jsonl")), as: UTF8.self)
    let samples = try record.split(separator: "\n").map { try JSON(parsing: String($0), from: "metrics.jsonl") }
      .filter { $0["event"] == "sample" }
    #expect(samples.map { $0["step"] } == [2, 4, 6, 8])
    #expect(try MetricsRecord(of: RunDirectory(workspace.folder.path + "/run")).problems.isEmpty)
  }

  @Test("a terminal shows Unicode where its locale says so")
  func locale() {
    func shows(_ environment: [String: String]) -> Bool { Terminal(environment: environment).showsUnicode }
    #expect(shows(["LANG": "en_GB.UTF-8"]) && shows(["LC_ALL": "C.utf8", "LANG": "C"]))
    #expect(!shows([:]) && !shows(["LC_ALL": "C", "LANG": "en_GB.UTF-8"]) && !shows(["LANG": "de_DE.ISO-8859-1"]))
  }
}
