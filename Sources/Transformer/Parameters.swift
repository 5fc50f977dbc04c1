import Autograd
import Randomness

/// What is called for each learned tensor with its name: to read it, or to change it in place.
public typealias ParameterVisitor = (_ name: String, _ tensor: inout Tensor) throws -> Void

/// A part of a model: a value that holds tensors and names them, by hand and in one fixed order.
public protocol Module: Sendable {
  /// Calls `visit` for every learned tensor; a name is `path` and the part's own names, joined by dots.
  mutating func visitParameters(_ path: String, _ visit: ParameterVisitor) throws
}

extension Module {
  /// The learned tensors in their order.
  public func parameters(_ path: String = "") -> [(name: String, tensor: Tensor)] {
    var found: [(name: String, tensor: Tensor)] = []
    var copy = self
    // The visitor does not throw.
    try? copy.visitParameters(path) { found.append(($0, $1)) }
    return found
  }

  /// A copy with `tensors` in the places of the learned tensors, in their order. Traps unless there are as many.
  public func replacingParameters(with tensors: [Tensor]) -> Self {
    var remaining = tensors[...]
    let copy = mapped { old in remaining.popFirst() ?? old }
    require(remaining.isEmpty && tensors.count == parameters().count, "replacingParameters: \(tensors.count) tensors")
    return copy
  }

  /// A copy in which `change` has replaced every learned tensor.
  func mapped(_ change: (Tensor) -> Tensor) -> Self {
    var copy = self
    try? copy.visitParameters("") { $1 = change($1) }
    return copy
  }

  /// The same model with its learned tensors as variables, so that `gradients(of:)` can differentiate by them.
  public func requiringGradient() -> Self { mapped { $0.requiringGradient() } }

  /// The same model with its learned tensors as constants: what it computes is not recorded.
  public var detached: Self { mapped(\.detached) }
}

/// `path` and `name`, joined by a dot.
func join(_ path: String, _ name: String) -> String {
  path.isEmpty ? name : path + "." + name
}

extension Tensor {
  /// A matrix of float32 from a normal distribution of the given deviation, or 0 without a key.
  static func initialWeight(_ shape: [Int], deviation: Double, key: RandomKey?) -> Tensor {
    guard let key else { return Tensor(repeating: 0, shape: shape, elementType: .float32) }
    return Tensor(normal: deviation, shape: shape, key: key, elementType: .float32)
  }
}
