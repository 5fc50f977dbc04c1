import Files
import Foundation
import Testing
import minigpt

@Suite("minigpt info")
struct InfoCommandTests {
  @Test("tells what is in a run's best checkpoint, where it came from, and how Python opens it")
  func run() throws {
    let workspace = try Workspace()
    #expect(try workspace.train("--seed", "7").status == 0)
    let outcome = try workspace.run("info", "checkpoints/fox")
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.error)")
    let text = outcome.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for fact in [
      "gpt, layers 1, heads 2, width 8, MLP 32, context 8, tied head; 1,080 parameters in float32",
      "adamw, its state is here: train --resume goes on", "medium, of the matrix products in training",
      "1,380 characters, SHA-256 ", "--preset baby --n-layer 1 --n-head 2 --n-embd 8 --block-size 8 --batch-size 2",
      "--seed 7", "nats per character, training ", "counting ", "transformers' Starcoder2ForCausalLM:",
      #"path = "checkpoints/fox/checkpoint-"#, "n-grams none",
    ] {
      #expect(text.contains(fact), "\(fact) is not in \(text)")
    }
    #expect(outcome.output.split(separator: "\n").allSatisfy { $0.count <= 110 })

    let object = try #require(try workspace.run("info", "checkpoints/fox/last", "--json").objects().first)
    #expect(object["path"] == "checkpoints/fox/last" && object["dtype"] == ["float32"])
    #expect(object["transformers_class"] == "Starcoder2ForCausalLM" && object["optimizer_state"] == true)
    #expect(object["origin"]?["step"] == 8 && object["origin"]?["preset"] == "baby")
    #expect(object["origin"]?["differences"]?["seed"] == "7")
    #expect(object["origin"]?["recipe"]?["n_embd"] == 8)
  }

  @Test("names nanochat's class, n-grams and another optimizer")
  func other() throws {
    let workspace = try Workspace()
    #expect(try workspace.train("--architecture", "nanochat", "--optimizer", "muon", "--ngram-mixture").status == 0)
    let text = try workspace.run("info", "checkpoints/fox").output
    #expect(text.contains("NanoChatForCausalLM") && text.contains("muon, its state is here"))
    #expect(text.contains("of up to 8, counted in "))
    let object = try #require(try workspace.run("info", "checkpoints/fox", "--json").objects().first)
    #expect(object["ngrams"]?["order"] == 8 && object["architecture"] == "nanochat")
  }

  @Test("of a model that stands alone it says that there is no origin")
  func alone() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let outcome = try BuiltProgram.run(["info", "checkpoints/demo"], in: root)
    #expect(outcome.status == 0 && outcome.output.contains("not in its files"), "\(outcome.output)\(outcome.error)")
    #expect(try BuiltProgram.run(["info", "checkpoints/demo", "--json"], in: root).objects()[0]["origin"] == .null)
  }

  @Test("what is damaged or missing is refused by name")
  func refused() throws {
    let workspace = try Workspace()
    #expect(try workspace.train().status == 0)
    try workspace.write("no number", to: "checkpoints/fox/checkpoint-8/model.safetensors")
    let damaged = try workspace.run("info", "checkpoints/fox/checkpoint-8")
    #expect(damaged.status == ExitCode.badData.rawValue && damaged.error.contains("model.safetensors: "))
    #expect(try workspace.run("info", "nowhere").status == ExitCode.noInput.rawValue)
    #expect(try workspace.run("info", "fox.txt").status == ExitCode.badData.rawValue)
  }
}
