import Foundation
import Testing
import minigpt

@Suite("What files ask for")
struct BoundsTests {
  /// A copy of a run's checkpoint without a manifest and without what a run goes on from, as transformers leaves it.
  private func resaved(_ workspace: Workspace) throws -> URL {
    _ = try workspace.train()
    let copy = workspace.folder.appendingPathComponent("copy")
    try FileManager.default.copyItem(
      at: workspace.folder.appendingPathComponent("checkpoints/fox/checkpoint-8"), to: copy)
    for name in ["manifest.json", "trainer_state.json", "optimizer.safetensors"] {
      try FileManager.default.removeItem(at: copy.appendingPathComponent(name))
    }
    return copy
  }

  @Test("a checkpoint without a manifest is sampled, evaluated and checked, which is said once")
  func withoutManifest() throws {
    let workspace = try Workspace()
    _ = try resaved(workspace)
    let note = "copy has no manifest.json: its files are read without being verified."
    for words in [
      ["sample", "copy", "--max-new-tokens", "5"], ["eval", "copy", "fox.txt"],
      ["gradcheck", "copy", "--text", "fox.txt"],
    ] {
      let outcome = try workspace.run(words)
      #expect(
        outcome.status == 0 && outcome.error.components(separatedBy: note).count == 2, "\(words) \(outcome.error)")
    }
    #expect(try workspace.run("sample", "checkpoints/fox", "--max-new-tokens", "5").error.contains("manifest") == false)
  }

  @Test("a context of 2²⁴ takes memory for the tokens that there are, and more than there is is refused")
  func longContext() throws {
    let workspace = try Workspace()
    let copy = try resaved(workspace)
    let path = copy.appendingPathComponent("config.json")
    let text = try String(contentsOf: path, encoding: .utf8)
    let long = text.replacingOccurrences(
      of: #""max_position_embeddings": 8"#, with: #""max_position_embeddings": 16777216"#)
    #expect(long != text)
    try Data(long.utf8).write(to: path)
    // Its angles alone would be 512 MiB, and its keys and values 1 GiB.
    let sample = "ulimit -v 400000; exec \"$MINIGPT\" sample \(copy.path) --max-new-tokens"
    let outcome = try BuiltProgram.shell("\(sample) 20")
    #expect(outcome.status == 0, "\(outcome.error)")
    let refused = try BuiltProgram.shell("\(sample) 16000000")
    #expect(refused.status == ExitCode.outOfMemory.rawValue)
    #expect(refused.error.contains("takes about") && refused.error.contains("fewer tokens"))
  }

  @Test("a configuration file of more than a mebibyte is refused by name")
  func longConfiguration() throws {
    let workspace = try Workspace()
    try workspace.write("{}" + String(repeating: " ", count: 1 << 20), to: "long.json")
    let outcome = try workspace.train("--config", "long.json")
    #expect(outcome.status == ExitCode.badData.rawValue)
    #expect(outcome.error.contains("long.json: 1048578 bytes, too long for a configuration"))
    try workspace.write("{}" + String(repeating: " ", count: (1 << 20) - 2), to: "long.json")
    #expect(try workspace.train("--config", "long.json").status == 0)
  }
}
