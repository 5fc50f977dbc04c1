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
    #expect(try text("--seed=3", "--size=2000", "--output", "-") == third)
  }

  @Test("a dash is standard output too")
  func dash() throws {
    let workspace = try Workspace()
    let outcome = try workspace.run("corpus", "fables", "--size", "2KB", "--output", "-")
    #expect(outcome.output == (try workspace.run("corpus", "fables", "--size", "2KB").output))
    #expect(outcome.status == 0)
    #expect(workspace.bytes("-") == nil)
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
      ([], .usage, "Missing expected argument '<fables|check>'"),
      (["fables", "fox.txt"], .usage, "Unexpected argument 'fox.txt'"),
      (["fables", "--block-size", "8"], .usage, "have no meaning for 'corpus fables'"),
      (["check"], .usage, "Missing expected argument '<file>'"),
      (["check", "fox.txt", "--output", "a.txt"], .usage, "have no meaning for 'corpus check'"),
      (["check", "nowhere.txt"], .noInput, "nowhere.txt: no such file"),
      (["check", "fox.txt", "--n-head", "3"], .usage, "--n-head"),
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

@Suite("minigpt corpus check")
struct CorpusCheckTests {
  private static let small = [
    "--n-layer", "1", "--n-head", "2", "--n-embd", "8", "--block-size", "8", "--batch-size", "2", "--max-iters", "100",
  ]

  private func check(_ text: String, _ words: String...) throws -> BuiltProgram.Outcome {
    let workspace = try Workspace()
    try workspace.write(text, to: "text.txt")
    return try workspace.run(["corpus", "check", "text.txt"] + Self.small + words)
  }

  @Test("a plain text is described, and the run on it; nothing is advised")
  func plain() throws {
    // 20 lines of 69 characters; the last 138 are for validation, of which one line more or less repeats.
    let outcome = try Workspace().run(["corpus", "check", "fox.txt"] + Self.small)
    #expect(outcome.status == 0, "\(outcome.error)")
    for line in [
      "  encoding    UTF-8\n", "  characters  1,380, 23 different; a vocabulary of 24 tokens\n",
      "  line ends   LF (20)\n",
      "  control     none\n", "  invisible   none\n", "  accents     none\n",
      "  rare        none\n",
      "  repeated    100.0 % of the validation split stands in the training split too\n              (of 2 windows of 50",
      "  splits      1,242 tokens for training, 138 for validation\n",
      "  run         100 steps of 16 tokens: the training split is seen 1.29 times\n", "an estimate from 12 steps of ",
    ] {
      #expect(outcome.output.contains(line), "\(line)\n\(outcome.output)")
    }
    #expect(outcome.output.contains("can be known by heart: remove what the text has twice"))
    #expect(!outcome.output.contains("Without them"))
    let one = try Workspace().run(["corpus", "check", "fox.txt"] + Self.small + ["--max-iters", "1"])
    #expect(one.output.contains("  run         1 step of 16 tokens: "), "\(one.error)")
  }

  @Test("what is unusual in a text is named, counted and advised on, findings first")
  func unusual() throws {
    let line = "caf\u{E9} cafe\u{301}\u{A0}na\u{EF}ve \u{200B}\u{0}\r\n"
    let text = "\u{FEFF}" + String(repeating: line, count: 40) + "end\n\u{FFFD}\u{DF}"
    let outcome = try check(text)
    #expect(outcome.status == 0, "\(outcome.error)")
    for line in [
      "UTF-8, with a byte-order mark", "mixed: LF (1), CR LF (40)", "U+0000 (40)",
      "U+00A0 (40), U+200B (40), U+FFFD (1)",
      "mixed: 80 in one character, 40 as",
      "3 in the validation split alone: \"d\" (U+0064), \"\u{DF}\" (U+00DF), \"\u{FFFD}\" (U+FFFD)",
      "perl -pe 's/\\r\\n?/\\n/g' < text.txt > text-clean.txt", "uconv -x any-nfc < text.txt > text-clean.txt",
    ] {
      #expect(outcome.output.replacing(/\n +/, with: " ").contains(line), "\(line)\n\(outcome.output)")
    }
    let findings = try #require(outcome.output.range(of: "  time  "))
    let advice = try #require(outcome.output.range(of: "Carriage returns are learned"))
    #expect(findings.upperBound < advice.lowerBound)
  }

  @Test("--json prints one object, also of a text that cannot be trained on, which ends with 65")
  func objects() throws {
    let outcome = try check(String(repeating: "an old fox\n", count: 50), "--json")
    let object = try #require(try outcome.objects().first)
    #expect(try outcome.objects().count == 1)
    #expect(
      object.names == [
        "trainable", "encoding", "byte_order_mark", "bytes", "characters", "different_characters", "vocabulary",
        "line_ends", "control_characters", "invisible_characters", "composed_accents", "decomposed_accents",
        "rare_characters", "only_in_validation", "repeated_windows", "advice", "run",
      ])
    #expect(object["trainable"] == true && object["line_ends"] == ["lf": 50, "crlf": 0, "cr": 0])
    #expect(object["run"]?["tokens_per_step"] == 16)

    let short = try check("short", "--json")
    #expect(short.status == ExitCode.badData.rawValue)
    let refused = try #require(try short.objects().first)
    #expect(refused["trainable"] == false && refused["characters"] == 5 && refused["run"] == nil)
    #expect(short.error.contains("give a longer text"))
  }

  @Test("a text that is no UTF-8 ends with 65 and what it is")
  func notUTF8() throws {
    let workspace = try Workspace()
    try Data([0x1F, 0x8B, 8, 0]).write(to: workspace.folder.appending(path: "text.txt.gz"))
    let outcome = try workspace.run("corpus", "check", "text.txt.gz")
    #expect(outcome.status == ExitCode.badData.rawValue)
    #expect(outcome.error.contains("unpack it: gzip -dc text.txt.gz > text.txt"))
  }
}
