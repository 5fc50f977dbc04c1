import Autograd
import Files
import Randomness
import Transformer

// Parameters, and what the optimizer knows of each, in safetensors files under a checkpoint's names.

extension ParameterNames {
  /// The tensors of a checkpoint that hold `parameters`; no element is copied.
  ///
  /// - Parameter prefix: what stands before each name.
  func stored(
    _ parameters: [(name: String, tensor: Tensor)], prefix: String = ""
  ) -> [(name: String, tensor: Tensor)] {
    parameters.flatMap { name, tensor in
      guard let parts = parts(of: name) else { return [(prefix + name, tensor)] }
      var row = 0
      return parts.map { part in
        defer { row += part.rowCount }
        return (prefix + part.name, tensor.rows(row..<(row + part.rowCount)))
      }
    }
  }

  /// The parameter `name` of the given shape, in float32, from the tensors of `file` that hold it.
  func parameter(
    _ name: String, shape: [Int], in file: SafetensorsFile, prefix: String = ""
  ) throws -> Tensor {
    guard let parts = parts(of: name) else {
      return try file.tensor(prefix + name, shape: shape).converted(to: .float32)
    }
    var whole = Tensor(repeating: 0, shape: shape, elementType: .float32)
    var row = 0
    for part in parts {
      let rows = try file.tensor(prefix + part.name, shape: [part.rowCount] + shape.dropFirst())
      whole.replaceRows(from: row, with: rows.converted(to: .float32))
      row += part.rowCount
    }
    return whole
  }

  /// Throws `FileError.malformed` unless `file` holds the tensors of the configuration, once for each
  /// of `prefixes`, and none besides.
  func requireTensors(of file: SafetensorsFile, prefixes: [String] = [""]) throws {
    var names = Set<String>()
    for prefix in prefixes {
      try forEachTensor { name, shape in
        try file.require(prefix + name, shape: shape)
        names.insert(prefix + name)
      }
    }
    try file.requireNoneBut(names)
  }
}

/// The weights of a model: `model.safetensors`.
enum WeightsFile {
  static let name = "model.safetensors"

  static func write(_ model: GPT, to file: inout DurableFile) throws {
    try file.write(safetensors: ParameterNames(config: model.config).stored(model.parameters()))
  }

  /// The model of shape `config` with the weights of the file at `path`.
  ///
  /// The file is held against the configuration before memory is taken for the model, so that a model is
  /// never larger than its file.
  static func read(_ path: String, config: GPTConfig) throws -> GPT {
    let names = ParameterNames(config: config)
    let file = try SafetensorsFile(path, ifMissing: "the model's weights; take another checkpoint")
    try names.requireTensors(of: file)
    var model = try GPT(empty: config)
    try model.visitParameters { name, tensor in
      tensor = try names.parameter(name, shape: tensor.shape, in: file)
    }
    return model
  }
}

/// The optimizer's two moments of each parameter: `optimizer.safetensors`.
///
/// A tensor's name is PyTorch's for the moment, `exp_avg` or `exp_avg_sq`, a dot, and the name of the
/// weight's tensor in `model.safetensors`.
package struct OptimizerFile {
  static let name = "optimizer.safetensors"
  private static let prefixes = (first: "exp_avg.", second: "exp_avg_sq.")

  /// In the order of the model's parameters.
  package var firstMoments, secondMoments: [Tensor]

  /// The moments of `model`'s parameters, in their order.
  package init(firstMoments: [Tensor], secondMoments: [Tensor]) {
    (self.firstMoments, self.secondMoments) = (firstMoments, secondMoments)
  }

  /// The moments in the checkpoint in `directory`, which is that of `model`.
  ///
  /// - Throws: `FileError`: the checkpoint has none, they are not as written, or are of another model.
  package init(of directory: String, model: GPT) throws {
    try Manifest(of: directory).verify(directory, files: [Self.name])
    let names = ParameterNames(config: model.config)
    let file = try SafetensorsFile(directory + "/" + Self.name, ifMissing: "the run cannot go on from here")
    try names.requireTensors(of: file, prefixes: [Self.prefixes.first, Self.prefixes.second])
    let parameters = model.parameters().map { ($0.name, $0.tensor.shape) }
    firstMoments = try parameters.map { name, shape in
      try names.parameter(name, shape: shape, in: file, prefix: Self.prefixes.first)
    }
    secondMoments = try parameters.map { name, shape in
      try names.parameter(name, shape: shape, in: file, prefix: Self.prefixes.second)
    }
  }

  /// Writes the moments of `model`'s parameters into a checkpoint.
  package func write(into directory: inout AtomicDirectory, model: GPT) throws {
    let names = ParameterNames(config: model.config)
    let parameters = model.parameters().map(\.name)
    let first = names.stored(Array(zip(parameters, firstMoments)), prefix: Self.prefixes.first)
    let second = names.stored(Array(zip(parameters, secondMoments)), prefix: Self.prefixes.second)
    try directory.write(Self.name) { try $0.write(safetensors: first + second) }
  }
}
