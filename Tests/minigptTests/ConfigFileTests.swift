import Files
import Foundation
import Testing
import minigpt

@Suite("Options from a configuration file")
struct ConfigFileTests {
  private func options(_ text: String) throws -> ExampleCommand {
    try ConfigFile.options(of: ExampleCommand.self, in: text, from: "c.json")
  }

  @Test("numbers, strings and truth values are taken, under names with hyphens or underscores")
  func values() throws {
    let command = try options(
      """
      {"n_layer": 6, "batch-size": "3", "learning_rate": 3e-4, "dropout": 0, "prompt": "a\\nb",
       "shade": "dark", "seed": 18446744073709551, "json": true}
      """)
    #expect(command.layerCount == 6)
    #expect(command.batchSize == 3)
    #expect(command.rate == 3e-4)
    #expect(command.dropout == 0)
    #expect(command.prompt == "a\nb")
    #expect(command.shade == .dark)
    #expect(command.seed == 18_446_744_073_709_551)
    #expect(command.json)
  }

  @Test("a whole number is one however it is written")
  func wholeNumbers() throws {
    #expect(try options(#"{"batch_size": 1e2}"#).batchSize == 100)
    #expect(try options(#"{"batch_size": 100.0}"#).batchSize == 100)
    #expect(try options(#"{"learning_rate": 1e2}"#).rate == 100)
  }

  @Test("nanoGPT's keys that mean nothing here are passed over and told of; where they ask for something, refused")
  func nanoGPT() throws {
    var names: [String] = []
    let text =
      #"{"wandb_log": true, "n_layer": 6, "compile": false, "device": "cuda", "decay_lr": true, "dtype": "bfloat16"}"#
    let command = try ConfigFile.options(of: ExampleCommand.self, in: text, from: "c.json") { names = $0 }
    #expect(command.layerCount == 6 && names == ["wandb_log", "compile", "device", "decay_lr", "dtype"])
    for text in [#"{"decay_lr": false}"#, #"{"init_from": "gpt2-xl"}"#, #"{"bias": false}"#] {
      #expect { try options(text) } throws: { ErrorReport($0).code == .usage }
    }
    let workspace = try Workspace()
    try workspace.write(#"{"wandb_project": "x", "backend": "nccl"}"#, to: "c.json")
    let outcome = try workspace.train("--config", "c.json")
    #expect(outcome.status == 0)
    #expect(outcome.error.contains("c.json: passed over, as it means nothing here: wandb_project, backend\n"))
  }

  @Test("null is the default, and an empty object changes nothing")
  func null() throws {
    #expect(try options(#"{"batch_size": null, "json": false}"#).batchSize == 12)
    #expect(try options("{}").batchSize == 12)
  }

  @Test(
    "unknown names and wrong values are refused as on the command line, the file named",
    arguments: [
      (#"{"bach": 3}"#, "c.json: Unknown option 'bach'. Did you mean 'batch-size'?"),
      (#"{"xyzzy": null}"#, "c.json: Unknown option 'xyzzy'."),
      (#"{"source": "a"}"#, "c.json: Unknown option 'source'."),
      (
        #"{"n_layer": 97}"#,
        "c.json: The value '97' is invalid for '--n-layer <n>': must be a whole number from 1 to 96."
      ),
      (
        #"{"n_layer": 4.5}"#,
        "c.json: The value '4.5' is invalid for '--n-layer <n>': must be a whole number from 1 to 96."
      ),
      (
        #"{"shade": "drak"}"#,
        "c.json: The value 'drak' is invalid for '--shade <shade>': must be one of 'light', 'dark'. "
          + "Did you mean 'dark'?"
      ),
      (
        #"{"prompt": true}"#,
        "c.json: The value 'true' is invalid for '--prompt <text>': must be a number or a string."
      ),
      (
        #"{"prompt": [1]}"#,
        "c.json: The value '[1]' is invalid for '--prompt <text>': must be a number or a string."
      ),
      (#"{"json": 1}"#, "c.json: The value '1' is invalid for '--json': must be true or false."),
    ])
  func refused(text: String, message: String) {
    #expect { try options(text) } throws: { error in
      let report = ErrorReport(error)
      return report.message == message && report.code == .usage
    }
  }

  @Test("what is no JSON object is bad data", arguments: ["", "{", "[1]", "4", #"{"seed": 1, "seed": 2}"#])
  func malformed(text: String) {
    #expect { try options(text) } throws: { ErrorReport($0).code == .badData }
  }

  @Test("train takes its options from the file, and the command line goes before it")
  func train() throws {
    let workspace = try Workspace()
    try workspace.write(
      #"{"max_iters": 3, "n_embd": 12, "json": true, "out": "run", "dropout": null, "eval_iters": "full"}"#,
      to: "c.json")
    let fromFile = try workspace.run(["train", "fox.txt", "--config", "c.json"] + Self.restOfSmall)
    #expect(fromFile.status == 0)
    #expect(try fromFile.objects().last?["step"] == 3)
    #expect(try fromFile.objects().last?["path"] == "run")
    #expect(fromFile.error.contains("width 12, "))

    let fromBoth = try workspace.run(
      ["train", "fox.txt", "--max-iters", "2", "--out=other", "--config=c.json", "--json=false"]
        + Self.restOfSmall)
    #expect(fromBoth.output.contains("2 steps of 16 characters, saved to other\n"))
    #expect(fromBoth.output.contains("width 12, "))
  }

  @Test("nanoGPT's name of the run's directory is understood, in the file and on the command line")
  func outDir() throws {
    let workspace = try Workspace()
    try workspace.write(#"{"out_dir": "run", "max_iters": 1e0}"#, to: "c.json")
    let fromFile = try workspace.run(["train", "fox.txt", "--config", "c.json"] + Self.restOfSmall)
    #expect(fromFile.output.contains("1 step of 16 characters, saved to run\n"))
    let fromLine = try workspace.train("--out_dir", "other")
    #expect(fromLine.output.contains("saved to other\n"))
  }

  private static let restOfSmall = [
    "--n-layer", "1", "--n-head", "2", "--block-size", "8", "--batch-size", "2", "--warmup-iters", "1",
  ]

  @Test("an interrupted run that a file lets overwrite is gone on with, not begun anew")
  func resumeCommand() throws {
    let workspace = try Workspace()
    try workspace.write(#"{"overwrite": true, "out": "run", "max_iters": 1500, "json": true}"#, to: "c.json")
    let words = ["train", "fox.txt", "--config", "c.json"] + Self.restOfSmall + ["--eval-interval", "1500"]
    let running = try BuiltProgram.Running(BuiltProgram.path, words, in: workspace.folder)
    running.waitForOutput(with: #""event":"step""#)
    running.signal(SIGINT)
    let interrupted = running.outcome()
    #expect(interrupted.status == ExitCode.interrupted.rawValue)
    #expect(interrupted.error.contains("minigpt train --resume --overwrite=false fox.txt "))
    #expect(try workspace.run(words + ["--resume"]).status == ExitCode.usage.rawValue)
    let resumed = try workspace.run(words + ["--resume", "--overwrite=false"])
    #expect(resumed.status == 0)
    #expect(resumed.error.contains("\nresumed    after step "))
  }

  @Test(
    "a file that is missing, malformed or wrong ends with the code that fits, and nothing is begun",
    arguments: [
      ("missing.json", ExitCode.noInput, "missing.json: no such file"),
      ("cut.json", .badData, "cut.json: line 2, column 1"),
      ("wrong.json", .usage, "wrong.json: The value '0' is invalid for '--batch-size <n>': must be "),
      ("other.json", .usage, "other.json: Unknown option 'config'."),
    ])
  func unusable(name: String, code: ExitCode, message: String) throws {
    let workspace = try Workspace()
    try workspace.write("{\"n_layer\":\n", to: "cut.json")
    try workspace.write(#"{"batch_size": 0}"#, to: "wrong.json")
    try workspace.write(#"{"config": "wrong.json"}"#, to: "other.json")
    let outcome = try workspace.train("--config", name)
    #expect(outcome.status == code.rawValue)
    #expect(outcome.error.hasPrefix("Error: \(message)"), "\(outcome.error)")
    #expect(workspace.bytes("checkpoints/fox/metrics.jsonl") == nil)
  }
}
