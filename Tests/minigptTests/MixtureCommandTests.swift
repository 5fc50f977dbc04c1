import Files
import Foundation
import Testing
import minigpt

@Suite("minigpt with n-grams mixed in")
struct MixtureCommandTests {
  /// A workspace with a run that has them.
  private func trained(_ words: String...) throws -> (workspace: Workspace, outcome: BuiltProgram.Outcome) {
    let workspace = try Workspace()
    let outcome = try workspace.run(["train", "fox.txt", "--ngram-mixture"] + Workspace.small + words)
    #expect(outcome.status == 0)
    return (workspace, outcome)
  }

  @Test("train says what is counted, and shows the network's loss in a column of its own")
  func train() throws {
    let (_, outcome) = try trained()
    #expect(outcome.output.contains("n-grams"))
    #expect(outcome.output.contains("val loss is with them, network and train loss without"))
    let header = try #require(outcome.output.split(separator: "\n").first { $0.contains("val loss  ") })
    #expect(
      header.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        == "step seen epochs train loss val loss val bits/char network time")
    let plain = try Workspace().train()
    #expect(!plain.output.contains("network"))
  }

  @Test("eval shows both losses, and that of the network alone where it is asked for")
  func eval() throws {
    let (workspace, trained) = try trained("--json")
    #expect(try trained.objects().contains { $0["event"] == "eval" && $0["network_val_loss"] != nil })
    let words = ["eval", "checkpoints/fox", "fox.txt", "--json"]
    let mixed = try #require(try workspace.run(words).objects().first)
    let alone = try #require(try workspace.run(words + ["--without-ngrams"]).objects().first)
    #expect(mixed.names == ["loss", "bits_per_character", "tokens", "unknown_characters", "baselines", "network_loss"])
    #expect(alone.names == ["loss", "bits_per_character", "tokens", "unknown_characters", "baselines"])
    guard case .number(let loss) = mixed["loss"], case .number(let network) = mixed["network_loss"],
      case .number(let expected) = alone["loss"], case .number(let bits) = mixed["bits_per_character"]
    else {
      Issue.record("losses are numbers")
      return
    }
    #expect(loss < network && abs(bits - loss / log(2)) < 1e-9)
    // Of 1,379 losses of order 3, in float32 one by one and as a batch's mean.
    #expect(abs(network - expected) < 1e-5)
    let shown = try workspace.run("eval", "checkpoints/fox", "fox.txt").output
    #expect(shown.contains(String(format: "network alone %.4f nats per character", network)))
  }

  @Test("sample draws from the mixture, or from the network alone as if there were no n-grams")
  func sample() throws {
    let (workspace, _) = try trained()
    let words = ["sample", "checkpoints/fox", "--prompt", "The fox", "--max-new-tokens", "60"]
    let mixed = try workspace.run(words).output
    let alone = try workspace.run(words + ["--without-ngrams"]).output
    // Eight steps teach the network nothing; the counts know the sentence.
    #expect(mixed.contains("the crow") || mixed.contains("an old") || mixed.contains("spoke"))
    #expect(mixed != alone)
    #expect(try workspace.run(words).output == mixed)
    let best = try FileManager.default.destinationOfSymbolicLink(
      atPath: workspace.folder.appendingPathComponent("checkpoints/fox/best").path)
    let path = workspace.folder.appendingPathComponent("checkpoints/fox/\(best)")
    for name in ["ngrams.safetensors", "manifest.json", "trainer_state.json"] {
      try FileManager.default.removeItem(at: path.appendingPathComponent(name))
    }
    let network = try workspace.run(["sample", "checkpoints/fox/\(best)"] + words.dropFirst(2))
    #expect(network.status == 0 && network.output == alone)
  }

  @Test("verify, gradcheck and resume take its checkpoints as any others")
  func others() throws {
    let (workspace, _) = try trained()
    #expect(try workspace.run("verify", "checkpoints/fox").status == 0)
    #expect(try workspace.run("verify", "checkpoints/fox", "fox.txt", "--resume-check", "4").status == 0)
    #expect(try workspace.run("gradcheck", "checkpoints/fox").status == 0)
    let resumed = try workspace.run(
      ["train", "fox.txt", "--ngram-mixture"] + Workspace.small + ["--resume", "--max-iters", "12"])
    #expect(resumed.status == 0)
    let without = try workspace.run(
      "train", "fox.txt", "--resume", "--max-iters", "14", "--out", "checkpoints/fox", "--ngram-mixture=false")
    #expect(without.status == ExitCode.usage.rawValue)
    #expect(without.error.contains("--ngram-mixture was true, is false"))
  }
}
