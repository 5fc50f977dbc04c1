import Files
import Text
import Transformer

/// A checkpoint on its way into the files of other programs.
package struct CheckpointExport {
  /// In which form.
  package enum Format: String, Sendable, Equatable {
    /// One file, for llama.cpp.
    case gguf
    /// A directory that transformers opens.
    case safetensors
  }

  /// The form it will have.
  package let format: Format
  /// What its weights will be rounded to.
  package let elementType: StoredElementType
  /// The weights, as they will be written.
  private let tensors: [WrittenTensor]
  private let checkpoint: Checkpoint
  private let metadata: [(key: String, value: GGUFFile.Value)]

  /// An export of `checkpoint`, nothing of which is written yet.
  ///
  /// - Throws: `ExportError` where the format cannot express the checkpoint.
  package init(_ checkpoint: Checkpoint, as format: Format, in elementType: StoredElementType) throws(ExportError) {
    (self.checkpoint, self.format, self.elementType) = (checkpoint, format, elementType)
    let weights = WeightsFile.tensors(of: checkpoint.model.detached, checkpoint.architecture)
    switch format {
    case .safetensors:
      metadata = []
      tensors = try weights.map { (weight) throws(ExportError) in
        try WrittenTensor(weight.name, weight.tensor, as: elementType)
      }
    case .gguf:
      let modelType = checkpoint.architecture.modelType
      guard let architecture = checkpoint.architecture as? any GGUFArchitecture else {
        throw .architecture(modelType: modelType)
      }
      let config = checkpoint.model.config
      if let lack = architecture.ggufLacks(of: config) { throw lack }
      metadata =
        [("general.architecture", .string(modelType)), ("general.file_type", .count(elementType.ggufFileType))]
        + architecture.ggufKeys(of: config) + (try GGUFVocabulary(checkpoint.tokenizer)).keys
      // llama.cpp adds biases and norms to float32 numbers, and wants them as such.
      tensors = try weights.map { (weight) throws(ExportError) in
        try WrittenTensor(
          architecture.ggufName(ofTensor: weight.name), weight.tensor,
          as: weight.tensor.shape.count > 1 ? elementType : .float32)
      }
    }
  }

  /// How many weights there are.
  package var parameterCount: Int { checkpoint.model.config.parameterCount }

  /// Whether predictions will be others, because the n-grams that the checkpoint mixes in are left out.
  package var leavesOutMixture: Bool { checkpoint.mixture != nil }

  /// Writes the file, or the directory, to `path`: afterwards it is there whole, or what was there before.
  ///
  /// - Throws: `FileError.system` that names the file which could not be written.
  package func write(to path: String) throws {
    switch format {
    case .gguf:
      try DurableFile.replace(path) { try $0.write(GGUFFile(metadata: metadata, tensors: tensors)) }
    case .safetensors:
      try AtomicDirectory.writeWithManifest(to: path) { directory in
        try directory.write(Checkpoint.configName) { try $0.write(config.pretty + "\n") }
        for file in checkpoint.tokenizer.files(contextLength: checkpoint.model.config.contextLength) {
          try directory.write(file.name) { try $0.write(file.text) }
        }
        try directory.write(WeightsFile.name) { try $0.write(safetensors: tensors) }
      }
    }
  }

  /// `config.json`, which says of what type the weights are.
  private var config: JSON {
    var config = checkpoint.architecture.json(of: checkpoint.model.config)
    for name in ["torch_dtype", "dtype"] where config[name] != nil { config[name] = .string(elementType.name) }
    return config
  }
}

extension StoredElementType {
  /// The number by which llama.cpp says what most tensors of a file are.
  fileprivate var ggufFileType: Int {
    switch self {
    case .float16: 1
    case .bfloat16: 32
    default: 0
    }
  }
}
