import Files
import Transformer

/// How a Hugging Face architecture keeps a model: its `config.json` and its tensors, both ways.
///
/// A file for each architecture holds all that is particular about it; the list below is what readers go through.
package protocol Architecture: Sendable {
  /// `model_type` in `config.json`, by which a checkpoint's architecture is known.
  var modelType: String { get }

  /// `config.json` of a model of this configuration.
  func json(of config: GPTConfig) -> JSON

  /// The configuration that `config.json` describes.
  ///
  /// - Throws: `FileError.unsupported` where it is of a model that `GPT` is not, naming the field;
  ///   `.malformed` where a field is missing or no model can be made of the numbers.
  func config(from document: JSONField) throws -> GPTConfig

  /// The tensors of a checkpoint that hold the parameter `name` of `GPT`.
  func storedTensors(of name: String, _ config: GPTConfig) -> [StoredTensor]
}

/// A tensor of a checkpoint: rows of a parameter, one range after the other.
package struct StoredTensor: Sendable, Equatable {
  /// What it is called there.
  package let name: String
  /// Its rows in the parameter; nil for all of them.
  package let rows: [Range<Int>]?

  /// A tensor that holds these rows of a parameter, or all of it.
  package init(_ name: String, rows: [Range<Int>]? = nil) {
    (self.name, self.rows) = (name, rows)
  }
}

/// Every architecture that is read and written; a new model is written as the first.
package let architectures: [any Architecture] = [Starcoder2()]

/// The architecture of the model that `config.json` describes.
package func architecture(of document: JSONField) throws -> any Architecture {
  let modelType = document["model_type"]
  guard let architecture = architectures.first(where: { modelType.value == .string($0.modelType) }) else {
    throw modelType.unsupported(architectures.map { JSON.string($0.modelType).compact }.joined(separator: ", "))
  }
  return architecture
}
