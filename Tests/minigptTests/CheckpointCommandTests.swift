import Files
import Foundation
import Testing
import minigpt

@Suite("minigpt sample and eval")
struct CheckpointCommandTests {
  @Test("sample continues the prompt of its checkpoint, the same way for the same seed")
  func sample() throws {
    let workspace = try Workspace()
    _ = try workspace.train()
    let words = ["sample", "checkpoints/fox", "--prompt", "The fox", "--max-new-tokens", "20"]
    let outcome = try workspace.run(words)
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("The fox"))
    #expect(outcome.output.unicodeScalars.count == "The fox".count + 20 + 1)
    #expect(outcome.error.hasPrefix("Sampling from checkpoints/fox/checkpoint-"))
    #expect(try workspace.run(words).output == outcome.output)
    #expect(try workspace.run(words + ["--seed", "2"]).output != outcome.output)
    // Without a checkpoint, the newest run.
    #expect(try workspace.run(["sample"] + words.dropFirst(2)).output == outcome.output)
  }

  @Test("sample --json prints an object for each sample")
  func sampleObjects() throws {
    let workspace = try Workspace()
    _ = try workspace.train()
    let outcome = try workspace.run(
      "sample", "--json", "--num-samples", "2", "--max-new-tokens", "9", "--prompt", "an")
    let objects = try outcome.objects()
    #expect(objects.count == 2)
    #expect(objects[0].names == ["text", "prompt", "tokens", "tokens_per_second", "time_to_first_token_ms"])
    #expect(objects[0]["prompt"] == "an")
    #expect(objects[0]["tokens"] == 9)
    #expect(objects[0]["text"] != objects[1]["text"])
  }

  @Test("a stop string that the vocabulary cannot spell is said to be in vain, and an empty one is refused")
  func stops() throws {
    let workspace = try Workspace()
    _ = try workspace.train()
    let words = ["sample", "--max-new-tokens", "5", "--stop", "é", "--stop", "zebra", "--stop", "fox"]
    let outcome = try workspace.run(words)
    #expect(outcome.status == 0)
    #expect(
      outcome.error.contains("The stop string 'é' will never be found: the model's vocabulary lacks 'é'.\n"))
    #expect(outcome.error.contains("The stop string 'zebra' will never be found: the model's vocabulary lacks 'z'."))
    #expect(!outcome.error.contains("'fox'"))
    let quote = try workspace.run("sample", "--max-new-tokens", "5", "--stop", "'")
    #expect(quote.error.contains(#"The stop string "'" will never be found: the model's vocabulary lacks "'"."#))
    let empty = try workspace.run("sample", "--stop", "")
    #expect(empty.status == ExitCode.usage.rawValue)
    #expect(empty.error.contains("must be text of at least one character"))
  }

  @Test("a prompt's unknown character is shown with a caret under it")
  func unknownCharacter() throws {
    let workspace = try Workspace()
    _ = try workspace.train()
    let outcome = try workspace.run("sample", "--prompt", "The fox\nand thé crow")
    #expect(outcome.status == ExitCode.badData.rawValue)
    #expect(outcome.error.contains("\n  and thé crow\n        ^\n"))
    #expect(outcome.error.contains("near it: \"e\""))
    #expect(outcome.output.isEmpty)
  }

  @Test("eval scores every character but the first, and agrees with itself in words and in JSON")
  func eval() throws {
    let workspace = try Workspace()
    _ = try workspace.train()
    let outcome = try workspace.run("eval", "checkpoints/fox", "fox.txt", "--json")
    let object = try #require(try outcome.objects().first)
    #expect(object.names == ["loss", "bits_per_character", "tokens", "unknown_characters", "baselines"])
    #expect(object["tokens"] == 1379 && object["unknown_characters"] == 0)
    guard case .number(let loss) = object["loss"], case .number(let bits) = object["bits_per_character"]
    else {
      Issue.record("loss and bits are numbers")
      return
    }
    #expect(loss > 1 && loss < 3.2)
    #expect(abs(bits - loss / log(2)) < 1e-9)
    let words = try workspace.run("eval", "checkpoints/fox", "fox.txt")
    #expect(words.output.contains("loss \(Formatting.decimal(loss)) nats per character"))
  }

  @Test("eval reads a character that the vocabulary lacks as the reserved token, and counts it instead of scoring it")
  func unknownInText() throws {
    let workspace = try Workspace()
    _ = try workspace.train()
    try workspace.write("The fox\tand the straße.\nThe fox saß.\n", to: "other.txt")
    let words = ["eval", "checkpoints/fox", "other.txt"]
    let object = try #require(try workspace.run(words + ["--json"]).objects().first)
    // 37 characters, of which the first is never scored.
    #expect(object["unknown_characters"] == 3 && object["tokens"] == 33)
    let outcome = try workspace.run(words)
    #expect(outcome.status == 0)
    #expect(
      outcome.output.contains(
        #"bits per character; not scored: 3 characters that the vocabulary lacks, "ß" (U+00DF), U+0009"#))
    let strict = try workspace.run(words + ["--strict"])
    #expect(strict.status == ExitCode.badData.rawValue)
    #expect(
      strict.error.contains("other.txt: line 1, column 8: character 8 of the text, U+0009, is not in the vocabulary"))
    // Nothing is left to score.
    try workspace.write("Tßß", to: "other.txt")
    let nothing = try workspace.run(words)
    #expect(nothing.status == ExitCode.badData.rawValue)
    #expect(nothing.error.contains("other.txt: line 1, column 2: "))
  }

  @Test("eval shows the baselines of the run where the text is the one that it was trained on, and else why not")
  func baselines() throws {
    let workspace = try Workspace()
    let trained = try workspace.train("--json").objects()
    let same = try workspace.run("eval", "checkpoints/fox", "fox.txt", "--json")
    let baselines = try #require(try same.objects().first?["baselines"])
    for name in baselines.names { #expect(baselines[name] == trained[0][name], "\(name)") }
    #expect(baselines.names.contains("kneser_ney"))
    #expect(same.error.contains("baselines, on its validation split: 3.1781 nats per character for guessing, "))

    try workspace.write("The crow sat under the old tree.\n", to: "crow.txt")
    let other = try workspace.run("eval", "checkpoints/fox", "crow.txt", "--json")
    #expect(try other.objects().first?["baselines"] == .null)
    #expect(other.error.contains("baselines: none, as they come from the text that the model was trained on"))

    try FileManager.default.removeItem(
      atPath: workspace.folder.path + "/checkpoints/fox/checkpoint-8/trainer_state.json")
    let unknown = try workspace.run("eval", "checkpoints/fox/checkpoint-8", "fox.txt")
    #expect(unknown.output.contains("baselines: none, as the checkpoint does not say what text it was trained on"))
  }

  @Test("train and eval show the floor that stands beside a corpus")
  func floor() throws {
    let workspace = try Workspace()
    try workspace.write(#"{"entropy_nats_per_character": 0.25}"#, to: "fox.json")
    #expect(try workspace.train().output.contains("floor      0.2500 nats per character"))
    let lines = try workspace.run("eval", "checkpoints/fox", "fox.txt").output.split(separator: "\n")
    // Beside what else is of the validation split, not under the loss of all of it.
    #expect(lines.map { $0.prefix(5) } == ["check", "loss ", "basel", "floor"])
    #expect(lines.last == "floor, on its validation split: 0.2500 nats per character, the text's own entropy")
    try workspace.write("not JSON", to: "fox.json")
    #expect(try !workspace.run("eval", "checkpoints/fox", "fox.txt").output.contains("floor"))
  }

  @Test("where there is no checkpoint, the way to one is said")
  func noCheckpoint() throws {
    let workspace = try Workspace()
    for words in [["sample", "nowhere"], ["eval", "nowhere", "fox.txt"]] {
      let outcome = try workspace.run(words)
      #expect(outcome.status == ExitCode.noInput.rawValue)
      #expect(outcome.error.contains("minigpt train"))
    }
    let missing = try workspace.run("eval")
    #expect(missing.status == ExitCode.usage.rawValue)
    #expect(missing.error.hasPrefix("Error: Missing expected argument '<checkpoint>'."))
  }
}
