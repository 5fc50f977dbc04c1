import Autograd
import Files
import Transformer

/// The optimizer state: `optimizer.safetensors`.
///
/// The file knows of no optimizer: it holds named tensors. A name begins with what the tensor is, up to the first dot;
/// the rest is a parameter's name, in whose place stands that of the weight's tensor in `model.safetensors`:
/// `exp_avg.blocks.0.mlp.expand.weight` is stored as `exp_avg.model.layers.0.mlp.c_fc.weight`.
package struct OptimizerFile {
  static let name = "optimizer.safetensors"

  private let file: SafetensorsFiles
  private let names: StoredParameters

  /// Opens the state in the checkpoint in `directory`, which is that of a model of shape `config`.
  ///
  /// - Parameter tensors: names and shapes of what the optimizer keeps.
  /// - Throws: `FileError`: the checkpoint has no state, or other tensors than these.
  package init(
    of directory: String, _ config: GPTConfig, tensors: [(name: String, shape: [Int])],
    calls: any SystemCalls = POSIX()
  ) throws {
    try Manifest(of: directory, calls: calls).verify(directory, files: [Self.name], calls: calls)
    file = SafetensorsFiles(
      try SafetensorsFile(directory + "/" + Self.name, ifMissing: "the run cannot go on from here", calls: calls))
    names = StoredParameters(try Checkpoint.architecture(of: directory, calls: calls), config)
    let stored = tensors.map { name, shape in
      let (kind, parameter) = Self.split(name)
      return (prefix: kind, name: parameter, shape: shape)
    }
    try names.requireTensors(of: file, for: stored)
  }

  /// Whether the checkpoint in `directory` has such a file.
  package static func isPresent(in directory: String, calls: any SystemCalls = POSIX()) throws -> Bool {
    try calls.kind(of: directory + "/" + name, followsLink: true) != nil
  }

  /// Reads the tensor called `name`.
  package func tensor(_ name: String, shape: [Int]) throws -> Tensor {
    let (kind, parameter) = Self.split(name)
    return try names.read(parameter, shape: shape, from: file, prefix: kind)
  }

  /// Writes `tensors`, the state of an optimizer of the model, into its checkpoint.
  package static func write(
    _ tensors: [(name: String, tensor: Tensor)], of checkpoint: Checkpoint, into directory: inout AtomicDirectory
  ) throws {
    let names = StoredParameters(checkpoint.architecture, checkpoint.model.config)
    let stored = tensors.flatMap { name, tensor in
      let (kind, parameter) = split(name)
      return names.stored(tensor, of: parameter, prefix: kind)
    }
    try directory.write(Self.name) { try $0.write(safetensors: stored) }
  }

  /// What a tensor is, its dot included, and the parameter that it goes with.
  private static func split(_ name: String) -> (kind: String, parameter: String) {
    let end = name.firstIndex(of: ".").map { name.index(after: $0) } ?? name.startIndex
    return (String(name[..<end]), String(name[end...]))
  }
}
