import Autograd

/// A part of a model: a value that holds tensors and names them, by hand and in one fixed order.
///
///     struct Net: Module {
///       var hidden: Linear, output: Linear
///       func callAsFunction(_ x: Tensor) -> Tensor { output(hidden(x), after: .activation(.relu)) }
///       mutating func visit<E>(_ v: ParameterVisitor<E>) throws(E) { try v("hidden", &hidden); try v("output", &output) }
///     }
public protocol Module: Sendable {
  /// Hands every learned tensor, or part that holds some, to `visitor` under its name: `try visitor("weight", &weight)`.
  mutating func visit<Failure>(_ visitor: ParameterVisitor<Failure>) throws(Failure)
}

/// What a module shows its learned tensors to: it joins the names of parts by dots, and reads or changes each tensor.
public struct ParameterVisitor<Failure: Error> {
  /// What stands before the names that are given: empty, or ended by a dot.
  let prefix: String
  let body: (_ name: String, _ tensor: inout Tensor) throws(Failure) -> Void

  /// Visits a learned tensor.
  public func callAsFunction(_ name: String, _ tensor: inout Tensor) throws(Failure) {
    try body(prefix + name, &tensor)
  }

  /// Visits a learned tensor that may be left out, such as a bias.
  public func callAsFunction(_ name: String, _ tensor: inout Tensor?) throws(Failure) {
    // Taken out meanwhile, so that the visitor finds it unshared and can change it in place.
    guard var visited = tensor.take() else { return }
    defer { tensor = visited }
    try body(prefix + name, &visited)
  }

  /// Visits the learned tensors of a part.
  public func callAsFunction(_ name: String, _ part: inout some Module) throws(Failure) {
    try part.visit(ParameterVisitor(prefix: prefix + name + ".", body: body))
  }

  /// Visits the learned tensors of a part that may be left out.
  public func callAsFunction(_ name: String, _ part: inout (some Module)?) throws(Failure) {
    guard var visited = part.take() else { return }
    defer { part = visited }
    try self(name, &visited)
  }

  /// Visits the learned tensors of parts that are numbered from 0: `name.0`, `name.1`, …
  public func callAsFunction(_ name: String, _ parts: inout [some Module]) throws(Failure) {
    for index in parts.indices { try self("\(name).\(index)", &parts[index]) }
  }
}

// MARK: - Reading and changing parameters

extension Module {
  /// Calls `body` for every learned tensor with its name, to read it or to change it in place; throws what that throws.
  public mutating func visitParameters<Failure>(
    _ body: (_ name: String, _ tensor: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    try withoutActuallyEscaping(body) { (body) throws(Failure) in
      try visit(ParameterVisitor(prefix: "", body: body))
    }
  }

  /// The learned tensors with their names, in their order.
  public var namedParameters: [(name: String, tensor: Tensor)] {
    var found: [(name: String, tensor: Tensor)] = []
    var copy = self
    copy.visitParameters { found.append(($0, $1)) }
    return found
  }

  /// The learned tensors, in their order.
  public var parameters: [Tensor] { namedParameters.map(\.tensor) }

  /// How many numbers the module learns.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

  /// A copy with `tensors` in the places of the learned tensors, in their order. Traps unless there are as many.
  public func replacingParameters(with tensors: [Tensor]) -> Self {
    var remaining = tensors[...]
    var visited = 0
    let copy = mappingParameters { old in
      visited += 1
      return remaining.popFirst() ?? old
    }
    require(visited == tensors.count, "replacingParameters: \(tensors.count) tensors for \(visited)")
    return copy
  }

  /// A copy in which `change` has replaced every learned tensor.
  public func mappingParameters(_ change: (Tensor) -> Tensor) -> Self {
    var copy = self
    copy.visitParameters { _, tensor in tensor = change(tensor) }
    return copy
  }

  /// The same module with its learned tensors as variables, so that `gradients(of:)` can differentiate by them.
  public func requiringGradient() -> Self { mappingParameters { $0.requiringGradient() } }

  /// The same module with its learned tensors as constants: what it computes is not recorded.
  public var detached: Self { mappingParameters(\.detached) }
}

// MARK: - Differentiating

extension Module {
  /// The value of `loss`, a scalar, at this module, without history, and its gradients with respect to the parameters, in
  /// their order.
  ///
  ///     let (loss, gradients) = net.valueAndGradients { meanSquaredError($0(x), y) }
  ///
  /// Traps where the loss is no scalar or does not depend on a parameter.
  public func valueAndGradients<Failure: Error>(
    of loss: (Self) throws(Failure) -> Tensor
  ) throws(Failure) -> (value: Tensor, gradients: [Tensor]) {
    let variables = requiringGradient()
    let result = try loss(variables)
    let value = result.detached
    return (value, (consume result).gradients(of: variables.parameters))
  }
}
