import Files
import Foundation
import Testing
import minigpt

@Suite("minigpt train")
struct TrainCommandTests {
  @Test("with --json, standard output carries the events of the contract and nothing else")
  func json() throws {
    let outcome = try Workspace().train("--json")
    #expect(outcome.status == 0)
    let events = try outcome.objects()
    let names = events.compactMap { $0["event"] }
    let half: [JSON] = ["step", "step", "step", "step", "eval", "checkpoint"]
    #expect(names == ["baselines"] + half + half + ["done"])
    #expect(
      events[0].names == [
        "event", "step", "uniform", "unigram", "bigram", "kneser_ney", "kneser_ney_order", "counted_share",
        "scored_share", "floor",
      ])
    #expect(events[0]["floor"] == .null)
    #expect(
      events[1].names == [
        "event", "step", "loss", "learning_rate", "grad_norm", "tokens_per_second", "ms_per_step",
      ])
    #expect(events[1]["step"] == 1)
    #expect(events[5].names == ["event", "step", "train_loss", "val_loss"])
    #expect(events[12] == ["event": "checkpoint", "step": 8, "path": "checkpoints/fox/checkpoint-8"])
    #expect(events[13]["outcome"] == "finished")
    #expect(events[13]["step"] == 8)
    #expect(outcome.error.contains("corpus     fox.txt: 1,380 characters, "))
  }

  @Test("without it, standard output tells a person what is trained, how it goes, and what next")
  func people() throws {
    let outcome = try Workspace().train()
    #expect(outcome.status == 0)
    #expect(outcome.error.isEmpty)
    for part in [
      "corpus     fox.txt: 1,380 characters, 23 different; 1,242 for training, 138 for validation",
      "model      gpt, layers 1, heads 2, width 8, context 8; 1,080 parameters", "saved to checkpoints/fox\n",
      "baselines  3.1781 nats per character for guessing, ", " Kneser–Ney, order 8\n",
      "\n       4  ", "\n       8  ", "Counting alone reaches 0.",
      "Best checkpoint: checkpoints/fox/checkpoint-", "A sample:", " sample checkpoints/fox\n",
    ] {
      #expect(outcome.output.contains(part), "\(part)")
    }
  }

  @Test("the step from which a model is better than counting is told once, and not that it never was")
  func beatsCounting() throws {
    let workspace = try Workspace()
    // Counting expects more of what it has seen. A model that learns next to nothing expects all characters alike.
    try workspace.write(String(repeating: "a", count: 60) + String(repeating: "b", count: 60), to: "ab.txt")
    let words = ["--val-fraction", "0.5", "--learning-rate", "1e-9", "--min-lr", "1e-10"]
    let output = try workspace.run(["train", "ab.txt"] + Workspace.small + words).output
    #expect(output.contains("\nFrom step 4 on, the model is better than counting ("))
    #expect(output.ranges(of: "better than counting").count == 1)
    #expect(!output.contains("Counting alone"))
  }

  @Test("a run that is there is left alone: the default takes the next free name, an explicit one is refused")
  func existingRun() throws {
    let workspace = try Workspace()
    _ = try workspace.train()
    #expect(try workspace.train().output.contains("saved to checkpoints/fox-2\n"))
    let weights = workspace.bytes("checkpoints/fox/checkpoint-8/model.safetensors")
    let refused = try workspace.train("--out", "checkpoints/fox", "--seed", "5")
    #expect(refused.status == ExitCode.usage.rawValue)
    #expect(refused.error.hasPrefix("Error: checkpoints/fox holds a run: "))
    #expect(workspace.bytes("checkpoints/fox/checkpoint-8/model.safetensors") == weights)

    #expect(try workspace.train("--out", "checkpoints/fox", "--overwrite", "--n-head", "3").status == 64)
    #expect(workspace.bytes("checkpoints/fox/checkpoint-8/model.safetensors") == weights)
    #expect(try workspace.train("--out", "checkpoints/fox", "--overwrite", "--seed", "5").status == 0)
    #expect(workspace.bytes("checkpoints/fox/checkpoint-8/model.safetensors") != weights)
  }

  @Test("goes on with the last run of a corpus, and takes no checkpoint for a run")
  func placesOfRuns() throws {
    let workspace = try Workspace()
    #expect(try workspace.train().status == 0)
    #expect(try workspace.train("--max-iters", "4").status == 0)
    let longer = try workspace.run(["train", "fox.txt", "--resume"] + Workspace.small + ["--max-iters", "9"])
    #expect(longer.status == 0)
    #expect(workspace.bytes("checkpoints/fox-2/checkpoint-9/model.safetensors") != nil)
    #expect(workspace.bytes("checkpoints/fox/checkpoint-9/model.safetensors") == nil)

    for words in [[], ["--resume"], ["--overwrite"]] {
      let refused = try workspace.run(["train", "fox.txt", "--out", "checkpoints/fox/checkpoint-8"] + words)
      #expect(refused.status == ExitCode.usage.rawValue)
      #expect(refused.error.contains("checkpoints/fox/checkpoint-8 is a checkpoint, not a run: give another --out."))
    }
  }

  @Test("a hang-up that a parent has ignored stays ignored")
  func nohup() throws {
    let workspace = try Workspace()
    let flags = (Workspace.small + ["--max-iters", "2000"]).joined(separator: " ")
    let line = """
      cd '\(workspace.folder.path)'; trap '' HUP; $MINIGPT train fox.txt --json \(flags) > log 2>&1 &
      until grep -q '"event":"step"' '\(workspace.folder.path)/log' 2> /dev/null; do sleep 0.01; done; kill -HUP $!; wait $!
      """
    #expect(try BuiltProgram.shell(line).status == 0)
  }

  @Test("an interrupt saves and ends it also where a script has started it in the background")
  func interruptInBackground() throws {
    let workspace = try Workspace()
    let flags = (Workspace.small + ["--max-iters", "1000000"]).joined(separator: " ")
    let line = """
      cd '\(workspace.folder.path)'; $MINIGPT train fox.txt --json \(flags) > log 2>&1 &
      until grep -q '"event":"step"' '\(workspace.folder.path)/log' 2> /dev/null; do sleep 0.01; done; kill -INT $!; wait $!
      """
    #expect(try BuiltProgram.shell(line).status == ExitCode.interrupted.rawValue)
  }

  @Test("where the reader of its output leaves, it saves what it has learned before it ends")
  func readerLeaves() throws {
    let workspace = try Workspace()
    let flags = (Workspace.small + ["--max-iters", "1000000"]).joined(separator: " ")
    let line =
      "cd '\(workspace.folder.path)'; { $MINIGPT train fox.txt --json \(flags); echo $? > status; } | head -n 2"
    #expect(try BuiltProgram.shell(line).output.hasPrefix("{"))
    #expect(workspace.bytes("status") == Data("\(ExitCode.interrupted.rawValue)\n".utf8))
    #expect(workspace.bytes("checkpoints/fox/last/model.safetensors") != nil)
  }

  @Test(
    "interrupted, it saves and exits 75; gone on with, it ends as if it had not been",
    arguments: [SIGINT, SIGTERM])
  func interruption(signal: Int32) throws {
    let workspace = try Workspace()
    // More lines than a pipe holds, so that the run cannot end before the signal is sent.
    let words =
      ["train", "fox.txt"] + Workspace.small + ["--max-iters", "1500", "--eval-interval", "1500", "--json"]
    let running = try BuiltProgram.Running(BuiltProgram.path, words, in: workspace.folder)
    running.waitForOutput(with: #""event":"step""#)
    running.signal(signal)
    let interrupted = running.outcome()
    #expect(interrupted.status == ExitCode.interrupted.rawValue)
    #expect(try interrupted.objects().last?["outcome"] == "interrupted")
    #expect(interrupted.error.contains("minigpt train --out checkpoints/fox --resume fox.txt "))

    #expect(try workspace.run(words + ["--resume", "--threads", "1"]).status == 0)
    #expect(try workspace.run(words + ["--out", "checkpoints/undisturbed"]).status == 0)
    for file in ["model.safetensors", "optimizer.safetensors"] {
      let resumed = workspace.bytes("checkpoints/fox/last/\(file)")
      #expect(resumed != nil)
      #expect(resumed == workspace.bytes("checkpoints/undisturbed/last/\(file)"))
    }
    let again = try workspace.run(words + ["--resume"])
    #expect(again.status == 0)
    #expect(again.error.contains("finished before, after 1,500 steps"))
  }

  @Test("large losses keep their columns apart, and none is a negative not-a-number")
  func largeLosses() throws {
    let outcome = try Workspace().train(
      "--learning-rate", "1e7", "--weight-decay", "0", "--warmup-iters", "0", "--precision", "highest")
    let rows = outcome.output.split(separator: "\n").filter { $0.hasPrefix("       4  ") }
    for row in rows { #expect(row.split(separator: " ").count == 7, "\(row)") }
    #expect(!(outcome.output + outcome.error).contains("-nan"))
  }

  @Test("a finished run goes further with more steps, at the learning rate's end")
  func furtherSteps() throws {
    let workspace = try Workspace()
    _ = try workspace.train()
    let events = try workspace.train("--resume", "--max-iters", "9", "--json").objects()
    #expect(events[0]["event"] == "baselines")
    #expect(events[1]["step"] == 9)
    #expect(events[1]["learning_rate"] == 1e-4)
    #expect(events.last?["step"] == 9)
  }

  @Test("with standard output closed, no file receives its text")
  func closedOutput() throws {
    let workspace = try Workspace()
    let words = (["train", "fox.txt"] + Workspace.small).joined(separator: " ")
    let outcome = try BuiltProgram.shell("cd '\(workspace.folder.path)'; \"$MINIGPT\" \(words) >&-")
    #expect(outcome.status == ExitCode.ioFailure.rawValue)
    let metrics = try #require(workspace.bytes("checkpoints/fox/metrics.jsonl"))
    let lines = String(decoding: metrics, as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 13)
    #expect(lines.allSatisfy { $0.hasPrefix("{\"event\":") })
  }

  @Test("the order of the words does not matter, nor whether they stand in a file")
  func orderOfSettings() throws {
    let workspace = try Workspace()
    #expect(try workspace.train("--n-kv-head", "2", "--n-head", "4", "--out", "a").status == 0)
    #expect(try workspace.train("--n-head", "4", "--n-kv-head", "2", "--out", "b").status == 0)
    try workspace.write(#"{"n_kv_head": 2}"#, to: "c.json")
    #expect(try workspace.train("--n-head", "4", "--config", "c.json", "--out", "c").status == 0)
    let config = try #require(workspace.bytes("a/last/config.json"))
    #expect(String(decoding: config, as: UTF8.self).contains(#""num_key_value_heads": 2"#))
    for run in ["b", "c"] { #expect(workspace.bytes(run + "/last/config.json") == config) }
  }

  @Test("a run is not gone on with under other settings")
  func resumeWithOtherSettings() throws {
    let workspace = try Workspace()
    _ = try workspace.train()
    let outcome = try workspace.train("--resume", "--n-embd", "16")
    #expect(outcome.status == ExitCode.usage.rawValue)
    #expect(outcome.error.contains("--n-embd was 8, is 16. Leave "))
    #expect(outcome.error.contains("another directory (--out)\n"))
  }

  @Test("a run is not gone on with on another text, and no flag is blamed for it")
  func resumeOnOtherText() throws {
    let workspace = try Workspace()
    _ = try workspace.train()
    for (text, found) in [(String(repeating: "fox\n", count: 300), "1,200"), (nil, "as many, but not the same")] {
      let trained = try #require(workspace.bytes("fox.txt"))
      try workspace.write(text ?? String(repeating: "a", count: 1_380), to: "fox.txt")
      let outcome = try workspace.train("--resume", "--n-embd", "16")
      #expect(outcome.status == ExitCode.usage.rawValue)
      #expect(
        outcome.error.contains(
          "Error: checkpoints/fox was trained on another text, of 1,380 characters, and this one has \(found). Give the "
            + "text that it was, or train on this one into another directory (--out)\n"), "\(outcome.error)")
      try trained.write(to: workspace.folder.appendingPathComponent("fox.txt"))
    }
  }

  @Test("what the losses are is said before they come")
  func nats() throws {
    let output = try Workspace().train().output
    #expect(output.contains("\nloss       the mean of −ln p(next character), in nats; 1 nat is 1.44 bits\nbaselines  "))
    #expect(try BuiltProgram.run("eval", "--help").output.contains("1 nat is 1.44 bits"))
  }

  @Test(
    "what cannot be trained is refused with a reason, and leaves nothing behind",
    arguments: [
      (["nowhere.txt"], ExitCode.noInput, "nowhere.txt"),
      (["."], .noInput, "directory"),
      (["empty.txt"], .badData, "empty.txt"),
      (["short.txt"], .badData, "--block-size"),
      (["fox.txt", "--n-embd", "9"], .usage, "not divisible by the number of heads 2 (--n-head, --n-embd)"),
      (["fox.txt", "--n-embd", "6"], .usage, "even"),
      (["fox.txt", "--warmup-iters", "9"], .usage, "--warmup-iters (9) is longer than the run (--max-iters 8)"),
      (["fox.txt", "--batch-size", "0"], .usage, "from 1 to"),
      (["fox.txt", "--learning-rate", "nan"], .usage, "must be a number of at least 0"),
      (["fox.txt", "--preset", "babi"], .usage, "Did you mean 'baby'?"),
      (["fox.txt", "--optimizer", "moun"], .usage, "Did you mean 'muon'?"),
      (["fox.txt", "--optimizer", "sgd"], .usage, "one of 'adamw', 'muon'"),
      (["fox.txt", "--resume", "--overwrite"], .usage, "exclude each other"),
    ] as [([String], ExitCode, String)])
  func refused(words: [String], code: ExitCode, reason: String) throws {
    let workspace = try Workspace()
    try workspace.write("", to: "empty.txt")
    try workspace.write("abcdefg", to: "short.txt")
    let outcome = try workspace.run(["train"] + words.prefix(1) + Workspace.small + words.dropFirst())
    #expect(outcome.status == code.rawValue)
    #expect(outcome.error.hasPrefix("Error: "))
    #expect(outcome.error.contains(reason))
    #expect(outcome.output.isEmpty)
    #expect(
      !FileManager.default.fileExists(atPath: workspace.folder.appendingPathComponent("checkpoints").path))
  }
}
