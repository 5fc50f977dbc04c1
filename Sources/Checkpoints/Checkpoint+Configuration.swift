import Files
import Transformer

extension Checkpoint {
  /// Throws `FileError.malformed` that names each field of the checkpoint's `config.json` which would be another if its model
  /// had the configuration `expected`, which `source` says it has.
  package func requireConfiguration(_ expected: GPTConfig, by source: String, in directory: String) throws {
    guard model.config != expected else { return }
    guard case .object(let members) = architecture.json(of: model.config) else { return }
    let others = architecture.json(of: expected)
    let differences = members.filter { $0.value != others[$0.name] }.map { member in
      "\(member.name) is \(member.value.compact), by \(source) it is \((others[member.name] ?? .null).compact)"
    }
    throw FileError.malformed(
      file: directory + "/" + Self.configName, reason: differences.joined(separator: "; "))
  }
}

extension Checkpoint {
  /// The configuration of the model in `directory`, of which `config.json` alone is read.
  ///
  /// - Throws: `FileError`: there is none, or it is not of a model that opens here.
  package static func configuration(in directory: String, calls: any SystemCalls = POSIX()) throws -> GPTConfig {
    let file = try document(configName, in: directory, calls)
    return try Checkpoints.architecture(of: file).config(from: file)
  }

  /// transformers' class of the model: "Starcoder2ForCausalLM".
  package var transformersClass: String { architecture.transformersClass }

  /// How the files in `directory` store the weights.
  ///
  /// - Throws: `FileError` where there are none, or they are no safetensors files.
  package static func storedElementTypes(
    in directory: String, calls: any SystemCalls = POSIX()
  ) throws -> Set<StoredElementType> {
    try StoredWeights(in: directory, calls).elementTypes()
  }
}
