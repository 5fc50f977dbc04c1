import Autograd
import Files
import Layers
import Transformer

/// The weights of a model: `model.safetensors`.
enum WeightsFile {
  static let name = "model.safetensors"

  static func write(_ model: GPT, _ architecture: any Architecture, to file: inout DurableFile) throws {
    let names = StoredParameters(architecture, model.config)
    try file.write(safetensors: model.namedParameters.flatMap { names.stored($0.tensor, of: $0.name) })
  }

  /// The model of shape `config` with the weights of the file at `path`.
  ///
  /// The file is held against the configuration before memory is taken for the model, so that a model is
  /// never larger than its file.
  static func read(
    _ path: String, _ architecture: any Architecture, config: GPTConfig, calls: any SystemCalls
  ) throws -> GPT {
    let file = try SafetensorsFile(path, ifMissing: "the model's weights; take another checkpoint", calls: calls)
    guard config.layerCount <= file.header.entries.count else {
      throw FileError.malformed(
        file: path, reason: "\(file.header.entries.count) tensors, too few for \(config.layerCount) layers")
    }
    let names = StoredParameters(architecture, config)
    try names.requireTensors(of: file, for: GPT.parameterShapes(config).map { ("", $0.name, $0.shape) })
    return try GPT(config) { name, shape in try names.read(name, shape: shape, from: file) }
  }
}
