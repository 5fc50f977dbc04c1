import Files
import Foundation

/// A folder of a test's own with a small corpus in it, removed when the test is done.
final class Workspace {
  /// Where `minigpt` is run.
  let folder: URL

  /// A model that trains in a blink, and a run of eight steps.
  static let small = [
    "--n-layer", "1", "--n-head", "2", "--n-embd", "8", "--block-size", "8", "--batch-size", "2",
    "--max-iters", "8",
    "--warmup-iters", "2", "--eval-interval", "4", "--eval-iters", "2", "--dropout", "0.1",
  ]

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("minigpt-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let sentence = "The fox and the crow sat under an old tree, and the fox spoke first.\n"
    try write(String(repeating: sentence, count: 20), to: "fox.txt")
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Writes a file into the folder.
  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: folder.appendingPathComponent(name))
  }

  /// The bytes of a file in the folder, or nil.
  func bytes(_ name: String) -> Data? {
    try? Data(contentsOf: folder.appendingPathComponent(name))
  }

  /// Runs `minigpt` in the folder.
  func run(_ words: String...) throws -> BuiltProgram.Outcome { try run(words) }

  /// Runs `minigpt` in the folder.
  func run(_ words: [String]) throws -> BuiltProgram.Outcome { try BuiltProgram.run(words, in: folder) }

  /// Trains the small model on the small corpus.
  func train(_ words: String...) throws -> BuiltProgram.Outcome {
    try run(["train", "fox.txt"] + Self.small + words)
  }
}

extension BuiltProgram.Outcome {
  /// The JSON objects on standard output, one a line.
  func objects() throws -> [JSON] {
    try output.split(separator: "\n").map { try JSON(parsing: String($0), from: "standard output") }
  }
}

extension JSON {
  /// The names of an object's members, in order.
  var names: [String] {
    guard case .object(let members) = self else { return [] }
    return members.map(\.name)
  }
}
