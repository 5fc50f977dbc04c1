import Autograd
import Files
import Transformer

/// How the tensors that go with a model's parameters, one each, are named and laid out in a safetensors file:
/// as the architecture has it, with or without something before each name.
struct StoredParameters {
  private let architecture: any Architecture
  private let config: GPTConfig
  private let shapes: [String: [Int]]

  init(_ architecture: any Architecture, _ config: GPTConfig) {
    (self.architecture, self.config) = (architecture, config)
    shapes = Dictionary(uniqueKeysWithValues: GPT.parameterShapes(config).map { ($0.name, $0.shape) })
  }

  /// The tensors of a file that hold `tensor`, which goes with the parameter `name`; no element is copied where a
  /// tensor is one range of rows.
  ///
  /// - Parameter prefix: what stands before each name.
  func stored(_ tensor: Tensor, of name: String, prefix: String = "") -> [(name: String, tensor: Tensor)] {
    parts(of: name, tensor.shape).map { part in
      let pieces = part.rows.map { $0.map(tensor.rows) } ?? [tensor]
      return (prefix + part.name, pieces.count == 1 ? pieces[0] : .concatenate(pieces))
    }
  }

  /// The tensor of `shape` that goes with the parameter `name`, in float32, from those of `file` that hold it. Throws
  /// `FileError.damaged` where a number is not finite.
  func read(_ name: String, shape: [Int], from file: SafetensorsFiles, prefix: String = "") throws -> Tensor {
    let parts = parts(of: name, shape)
    if parts.count == 1, parts[0].rows == nil {
      return try file.finiteTensor(prefix + parts[0].name, shape: shape)
    }
    var whole = Tensor(repeating: 0, shape: shape, elementType: .float32)
    for part in parts {
      let rows = try file.finiteTensor(prefix + part.name, shape: part.shape(ofRowsOf: shape))
      var start = 0
      for range in part.rows ?? [0..<shape[0]] {
        whole.replaceRows(from: range.lowerBound, with: rows.rows(start..<(start + range.count)))
        start += range.count
      }
    }
    return whole
  }

  /// Throws `FileError.malformed` unless `file` holds the tensors that go with `parameters`, and none besides but those
  /// called as one of `optional`.
  func requireTensors(
    of file: SafetensorsFiles, for parameters: [(prefix: String, name: String, shape: [Int])],
    permitting optional: [String] = []
  ) throws {
    var names = Set(optional)
    for (prefix, name, shape) in parameters {
      for part in parts(of: name, shape) {
        try file.require(prefix + part.name, shape: part.shape(ofRowsOf: shape))
        names.insert(prefix + part.name)
      }
    }
    try file.requireNoneBut(names)
  }

  /// A tensor that has not its parameter's shape cannot be laid out like it, and stays whole.
  private func parts(of name: String, _ shape: [Int]) -> [StoredTensor] {
    let parts = architecture.storedTensors(of: name, config)
    return shapes[name] == shape ? parts : [StoredTensor(parts[0].name)]
  }
}

extension StoredTensor {
  /// The shape of these rows of a parameter.
  fileprivate func shape(ofRowsOf shape: [Int]) -> [Int] {
    rows.map { [$0.reduce(0) { $0 + $1.count }] + shape.dropFirst() } ?? shape
  }
}
