import Foundation
import Testing
import minigpt

@Suite("Sampling without a prompt from a text without lines")
struct OpeningCommandTests {
  /// A text of one line, of four characters and one each of ten others, before them in the alphabet.
  private static let text =
    "0123456789" + String(repeating: "ACGTTGCA", count: 300)

  @Test("begins with what the text is made of, at the end of training and from the checkpoint", arguments: ["", "\n"])
  func begins(end: String) throws {
    let workspace = try Workspace()
    try workspace.write(Self.text + end, to: "dna.txt")
    let trained = try workspace.run(["train", "dna.txt", "--json", "--sample-every", "4"] + Workspace.small)
    #expect(trained.status == 0, "\(trained.error)")
    let written = try trained.objects().filter { $0["event"] == "sample" }
    #expect(written.count == 2)
    let samples = try workspace.run("sample", "--json", "--num-samples", "60", "--max-new-tokens", "3")
    let texts = try (samples.objects() + written).map { object in
      guard case .string(let text) = object["text"] else { return "" }
      return text
    }
    // A digit is drawn once in some thousand times.
    #expect(texts.allSatisfy { "ACGT".contains($0.prefix(1)) && !$0.isEmpty }, "\(texts)")
    #expect(Set(texts.map(\.first)).count == 4)
    let again = try workspace.run("sample", "--num-samples", "60", "--max-new-tokens", "3")
    #expect(try again.output == workspace.run("sample", "--num-samples", "60", "--max-new-tokens", "3").output)
  }

  @Test("a text with lines leaves no file for it")
  func lines() throws {
    let workspace = try Workspace()
    _ = try workspace.train()
    #expect(workspace.bytes("checkpoints/fox/last/opening.json") == nil)
    try workspace.write(Self.text, to: "dna.txt")
    _ = try workspace.run(["train", "dna.txt"] + Workspace.small)
    #expect(workspace.bytes("checkpoints/dna/last/opening.json") != nil)
  }
}
