import Files
import Foundation
import Testing
import minigpt

@Suite("minigpt train, of a run that diverges,")
struct DivergenceCommandTests {
  @Test("by a huge learning rate ends with 79, says what overflowed, and saves nothing")
  func hugeLearningRate() throws {
    let workspace = try Workspace()
    for flags in [[], ["--json"]] {
      let outcome = try workspace.run(
        ["train", "fox.txt"] + Workspace.small + ["--learning-rate", "1e10", "--warmup-iters", "0", "--max-iters", "1"]
          + flags)
      #expect(outcome.status == ExitCode.diverged.rawValue)
      for part in [
        "training diverged at step 1: the loss of an evaluation is not finite, with a learning rate of 1",
        "The first to overflow was the output of blocks.0", "Nothing was saved", "a lower --learning-rate",
      ] {
        #expect(outcome.error.contains(part), "\(part)")
      }
      if flags == ["--json"] {
        let events = try outcome.objects()
        #expect(events.map { $0["event"] } == ["baselines", "step", "eval"])
        #expect(events.last?["val_loss"] == .null)
      }
    }
    for name in ["best", "last", "checkpoint-1"] {
      #expect(workspace.bytes("checkpoints/fox/\(name)/config.json") == nil, "\(name)")
    }
  }

  /// Trained at 10⁻³ and less, and from the seventh step on at up to 10²⁵.
  private static let late = [
    "--max-iters", "24", "--eval-interval", "5", "--keep", "1", "--warmup-iters", "5", "--learning-rate", "1e-3",
    "--min-lr", "1e25",
  ]

  @Test("late ends with 79 after two returns; the last good checkpoint is there, and resuming ends as before")
  func late() throws {
    let workspace = try Workspace()
    let words = ["train", "fox.txt"] + Workspace.small + Self.late + ["--json", "--out", "run"]
    for resumes in [false, true] {
      let outcome = try workspace.run(words + (resumes ? ["--resume"] : []))
      #expect(outcome.status == ExitCode.diverged.rawValue)
      #expect(outcome.error.contains("did not help (2 times). What is saved is good: run/checkpoint-5. Train again"))
      let events = try outcome.objects()
      #expect(events.filter { $0["event"] == "rollback" }.map { $0["batch_offset"] } == [1, 2])
      #expect(events.count { $0["event"] == "skipped" } == 9)
    }
    #expect(workspace.bytes("run/checkpoint-5/model.safetensors") != nil)
    #expect(try workspace.run("sample", "run", "--max-new-tokens", "5").status == 0)
  }

  @Test("is shown to people: each step that is skipped, and each return")
  func people() throws {
    let outcome = try Workspace().run(["train", "fox.txt"] + Workspace.small + Self.late)
    for part in [
      "\nStep 8 was skipped: its loss or its gradients were not finite.\n",
      "\nWent back from step 10 to checkpoint-5, the last good one, and goes on with other batches.\n",
    ] {
      #expect(outcome.output.contains(part), "\(part)")
    }
  }

  @Test("saving after each step and keeping one, keeps the good one")
  func keepOne() throws {
    let workspace = try Workspace()
    let words =
      ["train", "fox.txt"] + Workspace.small
      + ["--out", "run", "--save-interval", "1", "--keep", "1", "--warmup-iters", "0", "--min-lr", "1e25"]
    for resumes in [[], ["--resume"]] {
      #expect(try workspace.run(words + resumes).status == ExitCode.diverged.rawValue)
      let names = try FileManager.default.contentsOfDirectory(atPath: workspace.folder.path + "/run")
      #expect(names.filter { $0.hasPrefix("checkpoint-") } == ["checkpoint-1"])
    }
  }

  @Test("whose weights were saved all the same, is refused by every command: the file and the tensor are named")
  func spoiledWeights() throws {
    let workspace = try Workspace()
    #expect(try workspace.train("--out", "run").status == 0)
    for checkpoint in ["run/checkpoint-4", "run/checkpoint-8"] {
      var bytes = try #require(workspace.bytes(checkpoint + "/model.safetensors"))
      bytes.replaceSubrange((bytes.count - 4)..., with: withUnsafeBytes(of: Float.infinity) { Data($0) })
      try bytes.write(to: workspace.folder.appendingPathComponent(checkpoint + "/model.safetensors"))
      var hash = SHA256()
      bytes.withUnsafeBytes { hash.update($0) }
      let name = checkpoint + "/manifest.json"
      var manifest = try JSON(parsing: [UInt8](#require(workspace.bytes(name))), from: name)
      var files = try #require(manifest["files"])
      files["model.safetensors"] = ["bytes": .integer(bytes.count), "sha256": .string(hash.hexadecimal)]
      manifest["files"] = files
      try workspace.write(manifest.pretty, to: name)
    }
    let train = ["train", "fox.txt"] + Workspace.small + ["--out", "run", "--resume", "--max-iters", "9"]
    for words in [train, ["sample", "run"], ["eval", "run", "fox.txt"], ["gradcheck", "run"]] {
      let outcome = try workspace.run(words)
      #expect(outcome.status == ExitCode.badData.rawValue, "\(words)")
      let reason = "/model.safetensors: model.norm.weight holds numbers that are not finite"
      #expect(outcome.error.contains(reason), "\(words)")
    }
  }
}
