import Files
import Transformer

/// How a Hugging Face architecture stores a model: its `config.json` and its tensors, both ways.
///
/// A file for each architecture holds all that is particular about it; the list below is what readers go through.
package protocol Architecture: Sendable {
  /// `model_type` in `config.json`, by which a checkpoint's architecture is known.
  var modelType: String { get }

  /// transformers' class of such a model: "Starcoder2ForCausalLM".
  var transformersClass: String { get }

  /// Which of `GPT`'s architectures it is.
  var modelArchitecture: ModelArchitecture { get }

  /// `config.json` of a model of this configuration.
  func json(of config: GPTConfig) -> JSON

  /// The configuration that `config.json` describes.
  ///
  /// - Throws: `FileError.unsupported` if it is of a model that `GPT` is not, naming the field;
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

/// Every architecture that is read and written; where none is asked for, a model is written as the first that holds it.
package let architectures: [any Architecture] = [Starcoder2(), NanoChat()]

/// The architecture that a model of this configuration is written as, of those called `name` where one is asked for; nil
/// where none holds it.
package func architecture(of config: GPTConfig, named name: String? = nil) -> (any Architecture)? {
  architectures.first { (name == nil || name == $0.modelType) && $0.holds(config) }
}

/// The architecture of the model that `config.json` describes.
package func architecture(of document: JSONField) throws -> any Architecture {
  let modelType = document["model_type"]
  guard let architecture = architectures.first(where: { modelType.value == .string($0.modelType) }) else {
    throw modelType.unsupported(architectures.map { JSON.string($0.modelType).compact }.joined(separator: ", "))
  }
  return architecture
}

extension Architecture {
  /// Whether a model of this configuration is kept whole: its `config.json` reads back as the same. So a property that an
  /// architecture knows nothing of is not lost, but refused.
  package func holds(_ config: GPTConfig) -> Bool {
    do { return try readBack(config) == config } catch { return false }
  }

  /// The configuration that the `config.json` of this one is read as, throwing what reading throws.
  package func readBack(_ config: GPTConfig) throws -> GPTConfig {
    try self.config(from: JSONField(json(of: config), in: "config.json"))
  }
}

// MARK: - What every architecture asks of a configuration

/// The rotary table of a longer context is refused before memory is taken for it: positions × head width.
private let largestRotaryTable = 1 << 27

extension JSONField {
  /// Throws `FileError` unless a model can be made of `config`, which this document describes, and its context is in
  /// proportion; `contextLength` is that field's name.
  func requireModel(_ config: GPTConfig, contextLength: String) throws {
    do {
      try config.validate()
    } catch {
      throw failure(error.description)
    }
    guard config.contextLength * config.headWidth <= largestRotaryTable else {
      throw self[contextLength].unsupported(
        "at most \(largestRotaryTable / config.headWidth) with heads \(config.headWidth) wide")
    }
  }
}
