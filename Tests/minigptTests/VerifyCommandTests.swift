import Files
import Foundation
import Testing
import minigpt

@Suite("minigpt verify")
struct VerifyCommandTests {
  /// A workspace with a run of eight steps, checkpoints at 4 and 8.
  private func trained() throws -> Workspace {
    let workspace = try Workspace()
    #expect(try workspace.train().status == 0)
    return workspace
  }

  @Test("a sound run: a row for each checkpoint, link and the record, exit 0")
  func sound() throws {
    let workspace = try trained()
    let outcome = try workspace.run("verify", "checkpoints/fox")
    #expect(outcome.status == 0, "\(outcome.output)")
    #expect(outcome.output.contains("\n  checkpoint-4           sound   step 4, validation loss "))
    #expect(outcome.output.contains("\n  checkpoint-8           sound   step 8, validation loss "))
    #expect(outcome.output.contains("\n  last                   sound   -> checkpoint-8\n"))
    #expect(outcome.output.contains("\n  metrics.jsonl          sound   8 steps, each once; 2 evaluations\n"))
    #expect(outcome.output.hasSuffix("\nEverything is sound.\n"))

    let objects = try workspace.run("verify", "checkpoints/fox", "--json").objects()
    #expect(objects.map { $0["name"] } == ["checkpoint-4", "checkpoint-8", "best", "last", "metrics.jsonl", nil])
    #expect(objects.dropLast().allSatisfy { $0.names == ["name", "sound", "summary", "problems", "notes"] })
    #expect(objects.last == ["path": "checkpoints/fox", "sound": true])
    #expect(objects.dropLast().allSatisfy { $0["problems"] == [] && $0["notes"] == [] })
  }

  @Test("a run with another optimizer: the state that this one keeps is what is looked for")
  func otherOptimizer() throws {
    let workspace = try Workspace()
    #expect(try workspace.train("--optimizer", "muon").status == 0)
    let outcome = try workspace.run("verify", "checkpoints/fox")
    #expect(outcome.status == 0, "\(outcome.output)")
  }

  @Test("one checkpoint, also one without the state of its training, as those that are shipped")
  func oneCheckpoint() throws {
    let workspace = try trained()
    #expect(try workspace.run("verify", "checkpoints/fox/checkpoint-8").status == 0)
    let demo = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "checkpoints/demo").path
    let shipped = try workspace.run("verify", demo)
    #expect(shipped.status == 0, "\(shipped.output)")
    #expect(shipped.output.contains("note: it holds a model without the state of its training"))
  }

  /// A kind of damage: what is done to a run, and what must be said then.
  struct Damage: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let says: String
    let body: @Sendable (_ workspace: Workspace) throws -> Void
  }

  static let checkpoint = "checkpoints/fox/checkpoint-8/"

  static let damages: [Damage] = [
    Damage(testDescription: "a flipped bit", says: "model.safetensors: altered") {
      try $0.change(checkpoint + "model.safetensors") { $0[$0.count / 2] ^= 1 }
    },
    Damage(testDescription: "a truncated file", says: "optimizer.safetensors: truncated") {
      try $0.change(checkpoint + "optimizer.safetensors") { $0.removeLast() }
    },
    Damage(testDescription: "a missing file", says: "tokenizer.json: not found") {
      try FileManager.default.removeItem(at: $0.folder.appending(path: checkpoint + "tokenizer.json"))
    },
    Damage(testDescription: "no manifest", says: "manifest.json: not found") {
      try FileManager.default.removeItem(at: $0.folder.appending(path: checkpoint + "manifest.json"))
    },
    Damage(testDescription: "a weight that is no number", says: "model.safetensors: ") {
      try $0.change(checkpoint + "model.safetensors") { $0.replaceLastFloat(by: .nan) }
      try $0.reseal(checkpoint)
    },
    Damage(testDescription: "a moment that is infinite", says: "holds numbers that are not finite") {
      try $0.change(checkpoint + "optimizer.safetensors") { $0.replaceLastFloat(by: .infinity) }
      try $0.reseal(checkpoint)
    },
    Damage(testDescription: "a mean of squares below zero", says: "a mean of squares, has negative values") {
      try $0.change(checkpoint + "optimizer.safetensors") { $0.replaceLastFloat(by: -1) }
      try $0.reseal(checkpoint)
    },
    Damage(testDescription: "another step", says: "step 9, where the directory's name says 8") {
      try $0.replace("\"step\": 8", by: "\"step\": 9", in: checkpoint + "trainer_state.json")
      try $0.reseal(checkpoint)
    },
    Damage(testDescription: "another recipe", says: "config.json: not the model of the recipe") {
      try $0.replace("\"block_size\": 8", by: "\"block_size\": 16", in: checkpoint + "trainer_state.json")
      try $0.reseal(checkpoint)
    },
    Damage(testDescription: "a recipe that is none", says: "trainer_state.json: trainer.recipe.n_layer") {
      try $0.replace("\"n_layer\": 1", by: "\"n_layer\": -1", in: checkpoint + "trainer_state.json")
      try $0.reseal(checkpoint)
    },
    Damage(testDescription: "a step twice in the record", says: "line 3: step 1 after step 1") {
      try $0.change("checkpoints/fox/metrics.jsonl") { bytes in
        let (baselines, first, rest) = bytes.lines
        bytes = baselines + first + first + rest
      }
    },
    Damage(testDescription: "a step missing in the record", says: "line 2: step 2 after step 0") {
      try $0.change("checkpoints/fox/metrics.jsonl") { bytes in
        let (baselines, _, rest) = bytes.lines
        bytes = baselines + rest
      }
    },
    Damage(testDescription: "a record that is none", says: "line 1: no event of a run") {
      try $0.change("checkpoints/fox/metrics.jsonl") { $0 = Data("nothing\n".utf8) + $0 }
    },
    Damage(testDescription: "a record that ends early", says: "ends at step 1, where the last checkpoint is of step 8")
    {
      try $0.change("checkpoints/fox/metrics.jsonl") { bytes in
        let (baselines, first, _) = bytes.lines
        bytes = baselines + first
      }
    },
    Damage(testDescription: "a link elsewhere", says: "leads to checkpoint-4 instead of checkpoint-8") {
      let link = $0.folder.appending(path: "checkpoints/fox/last").path
      try FileManager.default.removeItem(atPath: link)
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "checkpoint-4")
    },
  ]

  @Test("each kind of damage is named, exit 65", arguments: damages)
  func damaged(_ damage: Damage) throws {
    let workspace = try trained()
    try damage.body(workspace)
    let outcome = try workspace.run("verify", "checkpoints/fox")
    #expect(outcome.status == ExitCode.badData.rawValue)
    // A long line is cut between words.
    let words = outcome.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains(damage.says), "\(outcome.output)")
    #expect(words.contains("DAMAGED"))
    let objects = try workspace.run("verify", "checkpoints/fox", "--json").objects()
    #expect(objects.last?["sound"] == false)
  }

  @Test("what an interruption or a copy may leave is a note, and no damage")
  func notes() throws {
    let workspace = try trained()
    let run = workspace.folder.appending(path: "checkpoints/fox")
    try FileManager.default.removeItem(at: run.appending(path: "best"))
    try FileManager.default.removeItem(at: run.appending(path: "last"))
    try workspace.write("checkpoint-8", to: "checkpoints/fox/last")
    try FileManager.default.createDirectory(
      at: run.appending(path: "checkpoint-9.incomplete"), withIntermediateDirectories: false)
    try workspace.change("checkpoints/fox/metrics.jsonl") {
      $0 += Data(#"{"event":"step","step":9}"#.utf8 + [10, 0x7B])
    }
    let outcome = try workspace.run("verify", "checkpoints/fox")
    #expect(outcome.status == 0, "\(outcome.output)")
    let words = outcome.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for note in [
      "is not there; it would lead to checkpoint-", "is no link, as some ways of copying leave it",
      "an interruption left it", "steps after 8, which no checkpoint has", "its last line was cut short",
    ] {
      #expect(words.contains(note), "\(note)")
    }
  }

  @Test("the resume check trains a copy both ways and finds every file equal; the run itself stays as it is")
  func resumeCheck() throws {
    let workspace = try trained()
    let before = workspace.bytes("checkpoints/fox/metrics.jsonl")
    let words = ["verify", "checkpoints/fox", "fox.txt", "--resume-check", "5"]
    let outcome = try workspace.run(words)
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.error)")
    let text = outcome.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(text.contains("Steps 9 to 13 of a copy, straight through on "))
    #expect(text.contains("stopped after step 10, resumed on "))
    for file in ["model.safetensors", "optimizer.safetensors", "trainer_state.json", "manifest.json"] {
      #expect(text.contains("\(file) equal "))
    }
    #expect(workspace.bytes("checkpoints/fox/metrics.jsonl") == before)
    #expect(workspace.bytes("checkpoints/fox/checkpoint-13") == nil)
    let objects = try workspace.run(words + ["--json"]).objects().filter { $0["name"] == "resume check" }
    #expect(objects.count == 7)
    #expect(objects.allSatisfy { $0["equal"] == true && $0["first_difference"] == .null })
  }

  @Test("what the resume check cannot be done with is refused with a reason")
  func refused() throws {
    let workspace = try trained()
    try workspace.write(String(repeating: "Another text altogether. ", count: 40), to: "other.txt")
    for (words, code, reason) in [
      (
        ["checkpoints/fox", "other.txt", "--resume-check", "2"], ExitCode.usage,
        "was trained on another text, of 1,380 characters, and this one has "
      ),
      (["checkpoints/fox", "fox.txt"], .usage, "<corpus> is for --resume-check"),
      (["checkpoints/fox", "--resume-check", "2"], .usage, "needs the text that the run trains on"),
      (["checkpoints/fox/checkpoint-8", "fox.txt", "--resume-check", "2"], .usage, "is for a run's directory"),
      (["checkpoints/fox", "fox.txt", "--resume-check", "1"], .usage, "from 2 to"),
      (["nowhere"], .noInput, "nowhere: not found"),
      (["fox.txt"], .badData, "fox.txt: it is no directory"),
      (["."], .noInput, "a run in .: not found"),
      ([], .usage, "Missing expected argument '<run>'"),
    ] as [([String], ExitCode, String)] {
      let outcome = try workspace.run(["verify"] + words)
      #expect(outcome.status == code.rawValue)
      #expect(outcome.error.contains(reason), "\(outcome.error)")
      if words.count < 2 { #expect(outcome.output.isEmpty) }
    }
  }
}

extension Workspace {
  /// Changes the bytes of a file.
  fileprivate func change(_ name: String, _ body: (inout Data) throws -> Void) throws {
    var data = try Data(contentsOf: folder.appending(path: name))
    try body(&data)
    try data.write(to: folder.appending(path: name))
  }

  fileprivate func replace(_ text: String, by other: String, in name: String) throws {
    try change(name) {
      let old = String(decoding: $0, as: UTF8.self)
      #expect(old.contains(text), "\(text)")
      $0 = Data(old.replacing(text, with: other).utf8)
    }
  }

  /// Writes sizes and hashes into a checkpoint's manifest as if its files had been written as they are.
  fileprivate func reseal(_ checkpoint: String) throws {
    let directory = folder.appending(path: checkpoint)
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0 != "manifest.json" }
    let files = try names.sorted().map { name in
      let file = try InputFile(directory.appending(path: name).path, ifMissing: "it was there")
      return JSON.Member(
        name: name, value: ["bytes": .integer(file.byteCount), "sha256": .string(try file.sha256())])
    }
    try change(checkpoint + "manifest.json") {
      var manifest = try JSON(parsing: Array($0), from: "manifest.json")
      manifest["files"] = .object(files)
      $0 = Data(manifest.compact.utf8)
    }
  }
}

extension Data {
  /// Puts `value` in the place of the last four bytes: the last element of a file of float32 tensors.
  fileprivate mutating func replaceLastFloat(by value: Float) {
    removeLast(4)
    Swift.withUnsafeBytes(of: value.bitPattern.littleEndian) { append(contentsOf: $0) }
  }
}

extension Data {
  /// A record's first line, which has the baselines, its second, which has the first step, and what comes after them.
  fileprivate var lines: (baselines: Data, first: Data, rest: Data) {
    let ends = indices.filter { self[$0] == 0x0A }.map { $0 + 1 }
    return (self[..<ends[0]], self[ends[0]..<ends[1]], self[ends[1]...])
  }
}
