import Autograd
import Checkpoints
import Files
import Foundation
import Layers
import Randomness
import Testing
import Text
import Transformer
import minigpt

@Suite("minigpt gradcheck")
struct GradientCheckCommandTests {
  @Test("prints a row for every operation, in words and as JSON, and one for a whole model of each architecture")
  func operations() throws {
    let names = Operation.allCases.map(\.rawValue) + ["whole gpt model", "whole nanochat model"]
    let objects = try BuiltProgram.run("gradcheck", "--json")
    #expect(objects.status == 0)
    let rows = try objects.objects()
    #expect(rows.map { $0["operation"] } == names.map { .string($0) })
    #expect(rows.allSatisfy { $0["passes"] == true })
    let words = try BuiltProgram.run("gradcheck")
    #expect(words.status == 0)
    for name in names { #expect(words.output.contains("\n\(name) ")) }
    #expect(words.output.hasSuffix("\nAll of them agree.\n"))
  }

  @Test(
    "of a run prints a row for each parameter and one for the cache in each element type",
    arguments: ModelArchitecture.allCases)
  func checkpoint(architecture: ModelArchitecture) throws {
    let workspace = try Workspace()
    _ = try workspace.train("--architecture", "\(architecture)")
    let outcome = try workspace.run(
      "gradcheck", "checkpoints/fox", "--text", "fox.txt", "--elements", "2", "--json")
    #expect(outcome.status == 0)
    let rows = try outcome.objects()
    let model = try Checkpoint(directory: RunDirectory.checkpoint(at: workspace.folder.path + "/checkpoints/fox")).model
    #expect(rows.dropLast(2).map { $0["parameter"] } == model.namedParameters.map { .string($0.name) })
    // Two elements and one direction of each.
    #expect(rows.dropLast(2).allSatisfy { $0["derivatives"] == 3 })
    #expect(rows.suffix(2).map { $0["check"] } == ["cached logits, float64", "cached logits, float32"])
    #expect(rows.allSatisfy { $0["passes"] == true })
  }

  @Test("says which text it took: the one given, the shipped one, or the model's own characters")
  func text() throws {
    let workspace = try Workspace()
    _ = try workspace.train("--n-embd", "4")
    func heading(_ words: String...) throws -> String {
      let outcome = try workspace.run(["gradcheck", "checkpoints/fox", "--elements", "1"] + words)
      return outcome.output.prefix { $0 != "\n" }.description
    }
    #expect(try heading("--text", "fox.txt").hasSuffix("on 2 sequences of 8 characters of the beginning of fox.txt"))
    #expect(try heading().contains("of its own vocabulary at random"))
    try FileManager.default.createDirectory(
      at: workspace.folder.appendingPathComponent("data"), withIntermediateDirectories: true)
    try workspace.write("The crow and the fox.", to: "data/fables.txt")
    #expect(try heading().hasSuffix("of the beginning of data/fables.txt"))
    try workspace.write("@", to: "data/fables.txt")
    #expect(try heading().contains("of its own vocabulary at random"))
  }

  @Test("with every element compares as many derivatives as the model has weights, and a direction a tensor")
  func everyElement() throws {
    let workspace = try Workspace()
    _ = try workspace.train("--n-embd", "4", "--block-size", "3")
    let outcome = try workspace.run(
      "gradcheck", "checkpoints/fox", "--text", "fox.txt", "--elements", "all", "--json")
    let counts = try outcome.objects().compactMap { row in
      if case .integer(let count) = row["derivatives"] { count } else { nil }
    }
    let model = try Checkpoint(directory: RunDirectory.checkpoint(at: workspace.folder.path + "/checkpoints/fox")).model
    #expect(counts.reduce(0, +) == model.config.parameterCount + counts.count)
  }

  @Test("refuses what it cannot check, and says why")
  func refusals() throws {
    let workspace = try Workspace()
    _ = try workspace.train()
    try workspace.write("The fox@", to: "other.txt")
    try workspace.write("T", to: "short.txt")
    let cases: [([String], ExitCode, String)] = [
      (["nowhere"], .noInput, "nowhere"),
      (["checkpoints/fox", "--text", "nowhere.txt"], .noInput, "nowhere.txt: no such file"),
      (["checkpoints/fox", "--text", "other.txt"], .badData, "other.txt: line 1, column 8"),
      (["checkpoints/fox", "--text", "short.txt"], .badData, "at least 2"),
      (["checkpoints/fox", "--elements", "0"], .usage, "a whole number of at least 1, or 'all'"),
      (["--text", "fox.txt"], .usage, "--text and --elements are for a checkpoint"),
    ]
    for (words, code, message) in cases {
      let outcome = try workspace.run(["gradcheck"] + words)
      #expect(outcome.status == code.rawValue, "\(words)")
      #expect(outcome.error.contains(message), "\(words): \(outcome.error)")
      #expect(outcome.output.isEmpty)
    }
  }

  @Test("takes weights that are no numbers for a damaged checkpoint, not for a defect")
  func notANumber() throws {
    let workspace = try Workspace()
    let tokenizer = CharacterTokenizer(vocabularyOf: "The fox")
    let config = GPTConfig(
      vocabularySize: tokenizer.vocabularySize, layerCount: 1, headCount: 1, width: 4, contextLength: 4)
    let model = try GPT(config, key: RandomKey(seed: 1))
    try Checkpoint(model: Self.damaged(model), tokenizer: tokenizer)
      .write(to: workspace.folder.appendingPathComponent("damaged").path)
    let outcome = try workspace.run("gradcheck", "damaged")
    #expect(outcome.status == ExitCode.badData.rawValue)
    #expect(outcome.error.contains("model.embed_tokens.weight holds numbers that are not finite"))
  }

  /// The model with weights that are no numbers.
  private static func damaged(_ model: GPT) -> GPT {
    model.replacingParameters(
      with: model.namedParameters.map { Tensor(repeating: .nan, shape: $0.tensor.shape, elementType: .float32) })
  }

  @Test("ends with the code of a defect where a row disagrees, and shows both values")
  func disagreement() throws {
    let output = Pipe()
    let terminal = Terminal(output: output.fileHandleForWriting.fileDescriptor)
    let table = GradientCheckTable(GradientCheck(), json: false, terminal)
    let x = Tensor([0.5, 1.5], shape: [2])
    table.begin("operation", nameWidth: 8, namesInputs: true)
    table.add("right", GradientCheck().check([x]) { $0[0].exp() })
    #expect(table.finish() == .success)
    let wrong = GradientCheck().check([x]) { inputs in
      .operation("double", inputs) { values in (2 * values[0], { dy in [3 * dy] }) }
    }
    table.add("wrong", wrong, sample: "here")
    let worst = try #require(wrong.worst)
    #expect(table.finish() == .defect)
    output.fileHandleForWriting.closeFile()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let place = "input 0 \(worst.index ?? [])"
    #expect(text.contains("FAILS    here: \(place)\n  analytic \(worst.analytic), numeric \(worst.numeric)\n"))
    #expect(text.hasSuffix("\n1 row above disagrees.\n"))
  }
}
