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

/// What a module says of one of its parameters when it visits it.
public struct ParameterDescription: Sendable, Hashable {
  /// Its name, after those of the modules that it is in.
  public let name: String
  /// The rows of each linear map x ↦ W·x in it: all rows of a matrix, unless the module says that it joins several
  /// maps, as queries', keys' and values'; none of a vector, nor of a table whose rows are looked up one by one.
  ///
  /// An optimizer that treats matrices as such, as `Muon` does, treats each of these as one.
  public let maps: [Range<Int>]
}

/// Visits a module's parameters: joins the names of submodules by dots, and reads or changes each tensor.
public struct ParameterVisitor<Failure: Error> {
  /// The prefix of all names: empty, or ending in a dot.
  let prefix: String
  /// The rows of the maps that are joined in each matrix of the module; nil for matrices that are one map.
  var joinedRows: [Range<Int>]?
  let body: (_ description: ParameterDescription, _ tensor: inout Tensor) throws(Failure) -> Void

  /// Visits a parameter: a matrix, which is a linear map, or anything that is none.
  public func callAsFunction(_ name: String, _ tensor: inout Tensor) throws(Failure) {
    let maps = tensor.rank == 2 ? joinedRows ?? [0..<tensor.shape[0]] : []
    try body(ParameterDescription(name: prefix + name, maps: maps), &tensor)
  }

  /// Visits a parameter whose rows are looked up one by one, such as an embedding: a matrix, but no linear map.
  public func callAsFunction(table name: String, _ tensor: inout Tensor) throws(Failure) {
    try body(ParameterDescription(name: prefix + name, maps: []), &tensor)
  }

  /// Visits an optional parameter, such as a bias.
  public func callAsFunction(_ name: String, _ tensor: inout Tensor?) throws(Failure) {
    // Taken out meanwhile, so that the visitor finds it unshared and can change it in place.
    guard var visited = tensor.take() else { return }
    defer { tensor = visited }
    try self(name, &visited)
  }

  /// Visits the parameters of a submodule.
  ///
  /// - Parameter joining: where a matrix of its own joins several maps, the rows of each; nil where it is one.
  public func callAsFunction(
    _ name: String, _ part: inout some Module, joining rows: [Range<Int>]? = nil
  ) throws(Failure) {
    try part.visit(ParameterVisitor(prefix: prefix + name + ".", joinedRows: rows, body: body))
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
      try visit(
        ParameterVisitor(prefix: "") { (description, tensor) throws(Failure) in try body(description.name, &tensor) })
    }
  }

  /// What the module says of its parameters, in order.
  public var parameterDescriptions: [ParameterDescription] {
    var found: [ParameterDescription] = []
    var copy = self
    copy.visit(ParameterVisitor<Never>(prefix: "") { description, _ in found.append(description) })
    return found
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
