import Autograd
import Checkpoints
import Files
import Foundation
import Layers
import Randomness
import Testing
import Training
import Transformer

/// A file of what PyTorch computed, written by `Tests/Peers/make_fixtures.py`.
///
///     tokens [B, T + 1]    weight.NAME    float32.WHAT, transformers'    float64.WHAT, the torch twin's
struct Fixture {
  /// The model's shape: the configuration that transformers was given.
  let config: GPTConfig
  /// What made the file: versions, `config`, and a trajectory's `recipe`.
  let document: JSONField
  private let file: SafetensorsFile

  init(_ name: String) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
    let path = folder.appending(path: "\(name).safetensors").path
    file = try SafetensorsFile(path, ifMissing: "it is committed with the tests")
    let text = try #require(file.header.metadata["fixture"])
    document = JSONField(try JSON(parsing: Array(text.utf8), from: path), in: path)
    config = try architecture(of: document["config"]).config(from: document["config"])
  }

  /// The learning rates of a trajectory's recipe, which names them as the command line's flags, and AdamW's numbers.
  func options() throws -> TrainingOptions {
    let recipe = document["recipe"]
    var options = TrainingOptions()
    options.maxIterations = try recipe["steps"].integer
    options.learningRate = try recipe["learning_rate"].number
    options.minLearningRate = try recipe["min_lr"].number
    options.warmupIterations = try recipe["warmup_iters"].integer
    options.decayIterations = try recipe["lr_decay_iters"].integer
    options.beta1 = try recipe["beta1"].number
    options.beta2 = try recipe["beta2"].number
    options.weightDecay = try recipe["weight_decay"].number
    return options
  }

  /// The tensor called `name`.
  func tensor(_ name: String) throws -> Tensor {
    let entry = try #require(file.header.entries.first { $0.name == name }, "\(name)")
    return try file.tensor(name, shape: entry.shape)
  }

  /// The names of all tensors that begin with `prefix`.
  func names(_ prefix: String) -> [String] {
    file.header.entries.map(\.name).filter { $0.hasPrefix(prefix) }
  }

  /// Rows of T + 1 tokens as the inputs and the targets of B sequences.
  func batch(_ tokens: Tensor) -> (inputs: [Int32], targets: [Int32], batchSize: Int) {
    let ids = tokens.scalars.map { Int32($0) }
    let length = tokens.shape[1]
    let rows = stride(from: 0, to: ids.count, by: length).map { ids[$0..<($0 + length)] }
    return (rows.flatMap { $0.dropLast() }, rows.flatMap { $0.dropFirst() }, rows.count)
  }

  /// The model with the fixture's weights, which are float32 and so exact in either type.
  func model(_ elementType: ElementType) throws -> GPT {
    var model = try GPT(config, key: RandomKey(seed: 0)).converted(to: elementType)
    try model.visitParameters { name, tensor in
      var row = 0
      for part in config.peerTensors(name, tensor) {
        let weight = try file.tensor("weight.\(part.name)", shape: part.tensor.shape)
        tensor.replaceRows(from: row, with: weight.converted(to: elementType))
        row += part.tensor.shape[0]
      }
    }
    return model
  }
}

extension GPTConfig {
  /// Our parameter `name`, or its gradient, as transformers has it: queries, keys and values, which are rows
  /// of one matrix here, are three tensors there.
  func peerTensors(_ name: String, _ tensor: Tensor) -> [(name: String, tensor: Tensor)] {
    guard let architecture = Checkpoints.architecture(of: self) else { return [] }
    return architecture.storedTensors(of: name, self).map { stored in
      (stored.name, stored.rows.map { tensor.rows($0[0]) } ?? tensor)
    }
  }
}
