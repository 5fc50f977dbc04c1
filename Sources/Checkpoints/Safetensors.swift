import Autograd
import Files

/// Named tensors in a file, in the format that Hugging Face's libraries share: https://huggingface.co/docs/safetensors
///
///     try Safetensors.write(net.namedParameters, to: "net.safetensors")
///     let tensors = try Safetensors.read("net.safetensors")
public enum Safetensors {
  /// Writes `tensors` to a file at `path`, which afterwards is there whole, or as it was before; equal tensors give equal
  /// bytes.
  ///
  /// - Throws: `FileError.system` if it cannot be written. Traps if two names are equal.
  public static func write(_ tensors: [(name: String, tensor: Tensor)], to path: String) throws {
    let names = tensors.map(\.name)
    require(Set(names).count == names.count, "Safetensors: names are not distinct: \(names)")
    try DurableFile.replace(path) { try $0.write(safetensors: tensors) }
  }

  /// The tensors of the file at `path` by their names; those stored in float16 or bfloat16 are converted to float32.
  ///
  /// - Throws: `FileError` if there is no such file, it is no safetensors file, its elements are of another type, or two
  ///   names are equal as Swift compares strings.
  public static func read(_ path: String) throws -> [String: Tensor] {
    let file = try SafetensorsFile(path, ifMissing: "give a safetensors file")
    let tensors = try file.header.entries.map { ($0.name, try file.tensor($0.name, shape: $0.shape)) }
    return try Dictionary(tensors) { _, _ in
      throw FileError.malformed(file: path, reason: "two names that differ only in how their characters are composed")
    }
  }
}
