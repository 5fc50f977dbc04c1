import Foundation
import Testing
import minigpt

@Suite("minigpt corpus")
struct CorpusCommandTests {
  private static let data = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "data")

  @Test(
    "the command in data/README.md writes data/fables.txt and data/fables.json, byte for byte",
    .enabled(if: Minigpt.debugBuildWarning == nil))
  func shippedCorpus() throws {
    let workspace = try Workspace()
    try FileManager.default.createDirectory(
      at: workspace.folder.appending(path: "data"), withIntermediateDirectories: false)
    let page = try String(contentsOf: Self.data.appending(path: "README.md"), encoding: .utf8)
    let line = try #require(page.split(separator: "\n").first { $0.contains(" minigpt corpus ") })
    let words = line.split(separator: " ").map(String.init)
    #expect(words.prefix(5) == ["swift", "run", "-c", "release", "minigpt"])
    #expect(try workspace.run(Array(words.dropFirst(5))).status == 0)
    for name in ["fables.txt", "fables.json"] {
      #expect(workspace.bytes("data/\(name)") == (try Data(contentsOf: Self.data.appending(path: name))))
    }
  }

  @Test("by default the text goes to standard output: as long as asked for, and the same for the same seed")
  func standardOutput() throws {
    func text(_ words: String...) throws -> String {
      try BuiltProgram.run(["corpus", "fables"] + words, in: nil).output
    }
    let third = try text("--seed", "3", "--size", "2KB")
    #expect((2_000..<3_000).contains(third.utf8.count))
    #expect(try text("--seed=3", "--size=2000") == third)
    #expect(try text("--seed=4", "--size=2000b") != third)
  }

  @Test("--json prints what the sidecar says, and the text or where it is")
  func objects() throws {
    let workspace = try Workspace()
    let names = [
      "generator", "grammar_version", "seed", "characters", "validation_start", "entropy_nats_per_character",
    ]
    let words = ["corpus", "fables", "--size", "1KB", "--json"]
    let plain = try #require(try workspace.run(words).objects().first)
    #expect(plain.names == names + ["text"])
    let outcome = try workspace.run(words + ["--output", "some.txt"])
    let object = try #require(try outcome.objects().first)
    #expect(object.names == names + ["output"])
    #expect(object["output"] == "some.txt")
    #expect(plain["text"] == .string(String(decoding: workspace.bytes("some.txt") ?? Data(), as: UTF8.self)))
    #expect(outcome.error.hasPrefix("some.txt: "))
  }

  @Test("files that hold something else are left alone unless --overwrite is given")
  func overwriting() throws {
    let workspace = try Workspace()
    func write(_ words: String...) throws -> BuiltProgram.Outcome {
      try workspace.run(["corpus", "fables", "--size", "1KB", "--output", "some.txt"] + words)
    }
    #expect(try write().status == 0)
    #expect(try write().status == 0)
    let (text, sidecar) = (workspace.bytes("some.txt"), workspace.bytes("some.json"))
    let refused = try write("--seed", "2")
    #expect(refused.status == ExitCode.usage.rawValue)
    #expect(refused.error.contains("some.txt holds something else: replace it (--overwrite)"))
    #expect(workspace.bytes("some.txt") == text)

    try workspace.write("{}", to: "some.json")
    #expect(try write().error.contains("some.json holds something else"))
    #expect(try write("--overwrite").status == 0)
    #expect(workspace.bytes("some.json") == sidecar)
  }

  @Test(
    "what cannot be written or read is refused with a reason",
    arguments: [
      (["fables", "--output", "some.json"], ExitCode.usage, "give a name like fables.txt"),
      (["fables", "--output", "."], .usage, "is no plain file"),
      (["fables", "--output", "nowhere/some.txt"], .ioFailure, "nowhere/some.txt"),
      (["fables", "--size", "0"], .usage, "must be a size from 1 to 1GB"),
      (["fables", "--size", "2GB"], .usage, "must be a size from 1 to 1GB"),
      (["fables", "--size", "9223372036854775807KB"], .usage, "must be a size from 1 to 1GB"),
      (["fables", "--size", "1TB"], .usage, "must be a size from 1 to 1GB"),
      (["fables", "--size", "KB"], .usage, "must be a size from 1 to 1GB"),
      (["fables", "--check", "nowhere.txt"], .noInput, "nowhere.txt: no such file"),
      (["fables", "--check", "fox.txt", "--output", "some.txt"], .usage, "exclude each other"),
      (["fabels"], .usage, "Did you mean 'fables'?"),
      ([], .usage, "Missing expected argument '<name>'"),
    ] as [([String], ExitCode, String)])
  func refused(words: [String], code: ExitCode, reason: String) throws {
    let outcome = try Workspace().run(["corpus"] + words)
    #expect(outcome.status == code.rawValue)
    #expect(outcome.error.hasPrefix("Error: "))
    #expect(outcome.error.contains(reason), "\(outcome.error)")
    #expect(outcome.output.isEmpty)
  }
}

@Suite("minigpt corpus --check")
struct FableCheckTests {
  /// Two fables of the grammar, each with the blank line after it.
  private static let fables: [String] = {
    let text = (try? BuiltProgram.run("corpus", "fables", "--size", "3KB").output) ?? ""
    return text.components(separatedBy: "\n\n").prefix(2).map { $0 + "\n\n" }
  }()

  private func check(_ text: String, _ words: String...) throws -> BuiltProgram.Outcome {
    let workspace = try Workspace()
    try workspace.write(text, to: "text.txt")
    return try workspace.run(["corpus", "fables", "--check", "text.txt"] + words)
  }

  @Test("of the grammar's own text all is accepted")
  func own() throws {
    let outcome = try check(Self.fables.joined())
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("\nfables     2 of 2 accepted (100.0 %)\n"))
    #expect(!outcome.output.contains("Not accepted"))
  }

  @Test("a sentence that the grammar does not write is counted and shown with why, and so is its fable")
  func foreignSentence() throws {
    let spoiled = Self.fables[0].replacing("Moral: ", with: "Moral? ")
    let outcome = try check(spoiled + Self.fables[1])
    #expect(outcome.output.contains("\nfables     1 of 2 accepted (50.0 %)\n"))
    #expect(outcome.output.contains("\nNot accepted, the first 2 of 2:\n  line 3, sentence: "))
    #expect(outcome.output.contains("  line 1, fable: "))

    let object = try #require(try check(spoiled, "--json").objects().first)
    #expect(object.names == ["sentences", "fables", "refusals"])
    #expect(object["fables"] == ["accepted": 0, "total": 1, "fraction": 0.0])
    guard case .array(let refusals) = object["refusals"] else {
      Issue.record("refusals are an array")
      return
    }
    #expect(refusals.map { $0["kind"] } == ["sentence", "fable"])
    #expect(refusals.map { $0["line"] } == [3, 1])
  }

  @Test("several samples are judged apart, and what is cut off at the end of one is not judged")
  func samples() throws {
    let sample = Self.fables[0] + String(Self.fables[1].dropLast(9)) + "\n"
    let outcome = try check(sample + "----------\n" + sample)
    #expect(outcome.output.hasPrefix("text.txt, 2 samples\n"))
    #expect(outcome.output.contains("\nfables     2 of 2 accepted (100.0 %)\n"))
    let spoiled = sample.replacing("Moral: ", with: "Moral? ")
    #expect(try check(sample + "----------\n" + spoiled).output.contains("\n  sample 2, line 3, sentence: "))
  }
}
