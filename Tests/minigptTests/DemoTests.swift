import Files

#if !DEBUG  // a minute without optimisation

  import Checkpoints
  import Fables
  import Foundation
  import Testing

  @Suite("The model that comes along")
  struct DemoTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    private static let demo = root.appending(path: "checkpoints/demo").path

    @Test("its files are those that the program writes")
    func files() throws {
      let workspace = try Workspace()
      try Checkpoint(directory: Self.demo).write(to: workspace.folder.appending(path: "copy").path)
      for name in try FileManager.default.contentsOfDirectory(atPath: Self.demo) {
        let file = URL(filePath: Self.demo).appending(path: name)
        #expect(workspace.bytes("copy/\(name)") == (try Data(contentsOf: file)), "\(name)")
      }
    }

    @Test("its loss at a stride of half a block is within 0.10 nats a character of the text's entropy")
    func loss() throws {
      let text = try String(contentsOf: Self.root.appending(path: "data/fables.txt"), encoding: .utf8)
      let sidecar = try JSON(
        parsing: try String(contentsOf: Self.root.appending(path: "data/fables.json"), encoding: .utf8),
        from: "fables.json")
      let entropy = try JSONField(sidecar, in: "fables.json")["entropy_nats_per_character"].number
      let workspace = try Workspace()
      try workspace.write(String(text.suffix(text.count / 10)), to: "validation.txt")
      let result = try workspace.run("eval", Self.demo, "validation.txt", "--stride", "192", "--json").objects()
      let loss = try JSONField(try #require(result.first), in: "eval")["loss"].number
      #expect(loss - entropy < 0.10, "\(loss), entropy \(entropy)")
      // Whoever does not know the draws has at least the entropy in expectation.
      #expect(loss > entropy)
    }

    @Test("the grammar accepts at least 80 % of the sentences and 30 % of the fables of 20 samples")
    func samples() throws {
      let workspace = try Workspace()
      let samples = try workspace.run("sample", Self.demo, "--num-samples", "20", "--seed", "1337").output
      try workspace.write(samples, to: "samples.txt")
      let report = try workspace.run("corpus", "fables", "--check", "samples.txt", "--json").objects().first
      let field = JSONField(try #require(report), in: "check")
      #expect(try field["sentences"]["fraction"].number >= 0.8)
      #expect(try field["fables"]["fraction"].number >= 0.3)
      #expect(try field["fables"]["total"].integer >= 20)
    }
  }

#endif
