import Checkpoints
import Foundation
import Training

/// A run of three steps on a model of a few hundred weights, on disk.
struct SmallCheckpoint {
  static let corpus = String(repeating: "a bc e\u{301}d \n", count: 40)

  let run: String
  let path: String
  /// The checkpoint's files as they were written, by name.
  let files: [String: [UInt8]]

  /// Makes the run at `directory`.
  init(in directory: String) throws {
    run = directory
    var options = TrainingOptions()
    (options.maxIterations, options.batchSize, options.evalInterval, options.keep) = (3, 2, 3, 9)
    options.evaluation = .batches(1)
    let recipe = Recipe(layerCount: 1, headCount: 2, width: 4, contextLength: 8, options: options)
    do {
      var training = try TrainingRun(recipe, corpus: Self.corpus, in: RunDirectory(directory))
      _ = try training.train(onEvent: { _ in })
    }
    let path = try RunDirectory.checkpoint(at: directory)
    self.path = path
    let names = try FileManager.default.contentsOfDirectory(atPath: path)
    files = Dictionary(
      uniqueKeysWithValues: try names.map { ($0, Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + $0)))) })
  }

  /// Puts these files in place of what is there under their names; removes those that are nil.
  func write(_ changes: [String: [UInt8]?]) throws {
    for (name, bytes) in changes {
      let file = path + "/" + name
      unlink(file)
      guard let bytes else { continue }
      let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
      defer { close(descriptor) }
      let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      guard count == bytes.count else { throw CocoaError(.fileWriteOutOfSpace) }
    }
  }

  /// Puts back what `changes` has changed, or all where the reader has moved the checkpoint.
  func restore(_ changes: [String: [UInt8]?]) throws {
    if FileManager.default.fileExists(atPath: path) {
      try write(changes.reduce(into: [:]) { $0[$1.key] = .some(files[$1.key]) })
    } else {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try write(files.mapValues { $0 })
    }
  }
}
