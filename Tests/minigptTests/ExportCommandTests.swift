import Files
import Foundation
import Testing
import minigpt

@Suite("minigpt export")
struct ExportCommandTests {
  private func trained(_ words: String...) throws -> Workspace {
    let workspace = try Workspace()
    #expect(try workspace.run(["train", "fox.txt"] + Workspace.small + words).status == 0)
    return workspace
  }

  @Test("gguf: a file where it is asked for, in a folder that is made; and what to know of it")
  func gguf() throws {
    let workspace = try trained()
    let outcome = try workspace.run("export", "checkpoints/fox", "--format", "gguf", "--output", "out/fox.gguf")
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.error)")
    #expect(outcome.output.contains("1,080 parameters as float32, written to out/fox.gguf\n"))
    #expect(outcome.output.contains("llama.cpp ends at a prompt with any other"))
    let bytes = try #require(workspace.bytes("out/fox.gguf"))
    #expect(bytes.prefix(8) == Data("GGUF".utf8) + Data([3, 0, 0, 0]))
    let again = try workspace.run("export", "checkpoints/fox/best", "--output", "again.gguf", "--json")
    #expect(workspace.bytes("again.gguf") == bytes)
    #expect(
      try again.objects() == [
        ["path": "again.gguf", "format": "gguf", "dtype": "float32", "parameters": 1080, "warnings": []]
      ])
  }

  @Test("safetensors: a directory that samples as the run does")
  func safetensors() throws {
    let workspace = try trained()
    let words = ["export", "checkpoints/fox", "--format", "safetensors", "--output"]
    #expect(try workspace.run(words + ["fox"]).status == 0)
    #expect(try workspace.run(words + ["fox-16", "--dtype", "bfloat16"]).status == 0)
    let (whole, half) = (
      try #require(workspace.bytes("fox/model.safetensors")), workspace.bytes("fox-16/model.safetensors")
    )
    #expect(
      try whole == workspace.bytes("checkpoints/fox/best/model.safetensors") && #require(half).count < whole.count)
    let samples = try ["checkpoints/fox", "fox"].map {
      try workspace.run("sample", $0, "--max-new-tokens", "50").output
    }
    #expect(samples[0] == samples[1])
    #expect(try workspace.run("verify", "fox-16").status == 0)
  }

  @Test("what is there is left alone; --overwrite replaces an export, and nothing else")
  func existing() throws {
    let workspace = try trained()
    func export(_ words: String...) throws -> BuiltProgram.Outcome {
      try workspace.run(["export", "checkpoints/fox"] + words)
    }
    try workspace.write("mine", to: "a.gguf")
    let refused = try export("--output", "a.gguf")
    #expect(refused.status == ExitCode.usage.rawValue && refused.error.contains("a.gguf is there already"))
    #expect(workspace.bytes("a.gguf") == Data("mine".utf8))
    #expect(try export("--output", "a.gguf", "--overwrite").status == 0)
    #expect(workspace.bytes("a.gguf")?.prefix(4) == Data("GGUF".utf8))

    let directory = ["--format", "safetensors", "--output"]
    #expect(try workspace.run(["export", "checkpoints/fox"] + directory + ["d"]).status == 0)
    #expect(try workspace.run(["export", "checkpoints/fox"] + directory + ["d/"]).status == ExitCode.usage.rawValue)
    #expect(try workspace.run(["export", "checkpoints/fox"] + directory + ["d/", "--overwrite"]).status == 0)
    // Neither a run, nor one of its checkpoints, nor a folder of anything else, nor a file.
    for target in ["checkpoints/fox", "checkpoints/fox/best", "checkpoints/fox/checkpoint-8", "checkpoints", "fox.txt"]
    {
      let outcome = try workspace.run(["export", "checkpoints/fox"] + directory + [target, "--overwrite"])
      #expect(outcome.status == ExitCode.usage.rawValue && outcome.error.contains("something else"), "\(target)")
    }
    let file = try export("--output", "d", "--overwrite")
    #expect(file.status == ExitCode.usage.rawValue && file.error.contains("something else"))
    #expect(workspace.bytes("fox.txt") != nil && workspace.bytes("checkpoints/fox/checkpoint-8/config.json") != nil)
  }

  @Test(
    "what llama.cpp does not run is refused, with the flag to train with instead",
    arguments: [
      (["--architecture", "nanochat"], "train with --architecture gpt for it, or export as safetensors."),
      (["--sliding-window", "4"], "train without --sliding-window for GGUF, or export as safetensors."),
    ])
  func refused(words: [String], message: String) throws {
    let workspace = try Workspace()
    #expect(try workspace.run(["train", "fox.txt"] + Workspace.small + words).status == 0)
    let outcome = try workspace.run("export", "checkpoints/fox", "--output", "fox.gguf")
    #expect(outcome.status == ExitCode.badData.rawValue)
    let text = outcome.error.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(text.contains(message), "\(text)")
    #expect(workspace.bytes("fox.gguf") == nil)
    #expect(
      try workspace.run("export", "checkpoints/fox", "--format", "safetensors", "--output", "fox").status == 0)
  }

  @Test("n-grams beside the network are left out, and that is said")
  func mixture() throws {
    let workspace = try trained("--ngram-mixture")
    let outcome = try workspace.run("export", "checkpoints/fox", "--output", "fox.gguf")
    #expect(outcome.status == 0 && outcome.error.contains("The n-grams are left out"))
    let directory = try workspace.run("export", "checkpoints/fox", "--format", "safetensors", "--output", "fox")
    #expect(directory.error.contains("The n-grams are left out"))
    #expect(workspace.bytes("fox/ngrams.safetensors") == nil && workspace.bytes("fox/config.json") != nil)
  }

  @Test("without --output, or where it cannot be written, nothing is; and that is said")
  func unwritable() throws {
    let workspace = try trained()
    let missing = try workspace.run("export", "checkpoints/fox")
    #expect(missing.status == ExitCode.usage.rawValue && missing.error.contains("--output <path>"))
    let outcome = try workspace.run("export", "checkpoints/fox", "--output", "fox.txt/fox.gguf")
    #expect(outcome.status == ExitCode.ioFailure.rawValue && outcome.error.contains("fox.txt"), "\(outcome.error)")
  }
}
