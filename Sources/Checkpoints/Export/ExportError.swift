/// Why a checkpoint cannot be said in another program's format. Settings stand between backquotes.
package enum ExportError: Error, Sendable, Equatable {
  /// llama.cpp does not know the architecture of transformers' `modelType`.
  case architecture(modelType: String)
  /// Positions attend to fewer before them than llama.cpp has them attend to.
  case slidingWindow(Int, contextLength: Int)
  /// A vocabulary of another kind than characters.
  case tokenizer(unit: String)
  /// The vocabulary has the character that stands for the space.
  case spaceMark(Unicode.Scalar)
  /// A weight beyond the numbers of the element type asked for.
  case tooLarge(Float, tensor: String, type: String)
}

extension ExportError: CustomStringConvertible {
  /// One line: what is in the way, and the way out.
  package var description: String {
    switch self {
    case .architecture(let modelType):
      "llama.cpp cannot run a model of architecture \(modelType) from a GGUF file: "
        + "train with `architecture` gpt for it, or export as safetensors."
    case .slidingWindow(let window, let contextLength):
      "the model attends to \(window) positions (`sliding_window`), and llama.cpp would attend to all \(contextLength): "
        + "train without `sliding_window` for GGUF, or export as safetensors."
    case .tokenizer(let unit):
      "a GGUF file is written of a vocabulary of characters; this is one of \(unit)s: export as safetensors."
    case .spaceMark(let scalar):
      "the vocabulary has the character U+\(String(scalar.value, radix: 16, uppercase: true)), which stands for the space "
        + "in a GGUF file, so that texts would not come back as they were: train on a text without it for GGUF, or export "
        + "as safetensors."
    case .tooLarge(let value, let tensor, let type):
      "\(tensor) has a weight of \(value), which is too large for \(type): export in another `dtype`."
    }
  }
}
