import Autograd

/// A model, or a part of one: a value that holds parameters and names them explicitly, in a fixed order.
///
///     struct Net: Module {
///       var hidden: Linear, output: Linear
///       func callAsFunction(_ x: Tensor) -> Tensor { output(hidden(x), after: .activation(.relu)) }
///       mutating func visit<E>(_ v: ParameterVisitor<E>) throws(E) { try v("hidden", &hidden); try v("output", &output) }
///     }
public protocol Module: Sendable {
  /// Passes every parameter and submodule to `visitor` with its name: `try visitor("weight", &weight)`.
  mutating func visit<Failure>(_ visitor: ParameterVisitor<Failure>) throws(Failure)
}

/// Visits a module's parameters: joins the names of submodules by dots, and reads or changes each tensor.
public struct ParameterVisitor<Failure: Error> {
  /// The prefix of all names: empty, or ending in a dot.
  let prefix: String
  let body: (_ name: String, _ tensor: inout Tensor) throws(Failure) -> Void

  /// Visits a parameter.
  public func callAsFunction(_ name: String, _ tensor: inout Tensor) throws(Failure) {
    try body(prefix + name, &tensor)
  }

  /// Visits an optional parameter, such as a bias.
  public func callAsFunction(_ name: String, _ tensor: inout Tensor?) throws(Failure) {
    // Taken out meanwhile, so that the visitor finds it unshared and can change it in place.
    guard var visited = tensor.take() else { return }
    defer { tensor = visited }
    try body(prefix + name, &visited)
  }

  /// Visits the parameters of a submodule.
  public func callAsFunction(_ name: String, _ part: inout some Module) throws(Failure) {
    try part.visit(ParameterVisitor(prefix: prefix + name + ".", body: body))
  }

  /// Visits the parameters of an optional submodule.
  public func callAsFunction(_ name: String, _ part: inout (some Module)?) throws(Failure) {
    guard var visited = part.take() else { return }
    defer { part = visited }
    try self(name, &visited)
  }

  /// Visits the parameters of a list of submodules, numbered from 0: `name.0`, `name.1`, …
  public func callAsFunction(_ name: String, _ parts: inout [some Module]) throws(Failure) {
    for index in parts.indices { try self("\(name).\(index)", &parts[index]) }
  }
}

// MARK: - Reading and changing parameters

extension Module {
  /// Calls `body` with every parameter and its name, to read it or to change it in place; rethrows its errors.
  public mutating func visitParameters<Failure>(
    _ body: (_ name: String, _ tensor: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    try withoutActuallyEscaping(body) { (body) throws(Failure) in
      try visit(ParameterVisitor(prefix: "", body: body))
    }
  }

  /// The parameters with their names, in order.
  public var namedParameters: [(name: String, tensor: Tensor)] {
    var found: [(name: String, tensor: Tensor)] = []
    var copy = self
    copy.visitParameters { found.append(($0, $1)) }
    return found
  }

  /// The parameters, in order.
  public var parameters: [Tensor] { namedParameters.map(\.tensor) }

  /// The total number of elements of all parameters.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

  /// A copy with `tensors` in place of the parameters, in order. Traps unless the counts match.
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

  /// A copy with `change` applied to every parameter.
  public func mappingParameters(_ change: (Tensor) -> Tensor) -> Self {
    var copy = self
    copy.visitParameters { _, tensor in tensor = change(tensor) }
    return copy
  }

  /// A copy whose parameters are variables, so that `gradients(of:)` can differentiate with respect to them.
  public func requiringGradient() -> Self { mappingParameters { $0.requiringGradient() } }

  /// A copy whose parameters are constants: what it computes is not recorded.
  public var detached: Self { mappingParameters(\.detached) }
}

// MARK: - Differentiating

extension Module {
  /// The value of `loss`, a scalar, at this module, detached, and its gradients with respect to the parameters, in
  /// their order.
  ///
  ///     let (loss, gradients) = net.valueAndGradients { meanSquaredError($0(x), y) }
  ///
  /// Traps if the loss is no scalar or does not depend on a parameter.
  public func valueAndGradients<Failure: Error>(
    of loss: (Self) throws(Failure) -> Tensor
  ) throws(Failure) -> (value: Tensor, gradients: [Tensor]) {
    let variables = requiringGradient()
    let result = try loss(variables)
    let value = result.detached
    return (value, (consume result).gradients(of: variables.parameters))
  }
}
