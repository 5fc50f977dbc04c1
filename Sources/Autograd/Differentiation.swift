import Synchronization

/// Maps the gradient of a result to the gradients of its inputs, in order; nil means zero.
/// The vector-Jacobian product of one call: `dxᵢ = dyᵀ · ∂y/∂xᵢ`.
public typealias Pullback = @Sendable (_ dy: Tensor) -> [Tensor?]

/// Adds the gradient with respect to a call's only input to the sum of those from the input's other uses.
package typealias GradientAddition = @Sendable (_ sum: inout Tensor, _ dy: Tensor) -> Void

/// What stands between an operation's pullback and the gradients that go on from it.
package typealias PullbackAlteration = @Sendable (_ operation: Operation?, _ gradients: [Tensor?]) -> [Tensor?]

/// A node of the graph: a recorded call, or a variable.
///
/// A node knows its parents and its pullback; the pullback holds values without history, so the edges of the graph
/// live in `call` alone and a graph can be freed without recursion. Differentiation consumes a node: its call is freed
/// then, and with it all that the call kept alive, even where a result is still held.
final class Node: Sendable {
  /// How the value was computed.
  struct Call {
    let parents: [Node?]
    let pullback: Pullback
    /// In the place of the pullback where there is a sum already, if that takes less than a gradient of its own.
    let addition: GradientAddition?
  }

  /// Rises with every node made: a node's number is larger than its parents'.
  let number: UInt64
  /// What was called; nil for a variable.
  let operation: Operation?
  /// Nil for a variable, and for a node that was consumed.
  private let storedCall: Mutex<Call?>

  private static let counter = Atomic<UInt64>(0)

  /// A variable.
  init() {
    number = Node.counter.add(1, ordering: .relaxed).newValue
    operation = nil
    storedCall = Mutex(nil)
  }

  init(_ operation: Operation, _ call: Call) {
    number = Node.counter.add(1, ordering: .relaxed).newValue
    self.operation = operation
    storedCall = Mutex(call)
  }

  var isLeaf: Bool { operation == nil }

  var call: Call? { storedCall.withLock(\.self) }

  /// Gives up the call, to whoever asks first.
  func spend() -> Call? { storedCall.withLock { $0.take() } }

  /// Frees the ancestors that only this node kept, iteratively: a chain of a million calls overflows no stack.
  deinit {
    var orphans = spend()?.parents ?? []
    while var next = orphans.popLast() {
      guard isKnownUniquelyReferenced(&next), let node = next else { continue }
      orphans.append(contentsOf: node.spend()?.parents ?? [])
    }
  }
}

// MARK: - Recording

extension Tensor {
  /// Computes `forward` and, if an input has history, records the call.
  ///
  /// `forward` gets the inputs without history and returns the value with the pullback beside it: nothing that it
  /// captures can keep the graph alive. Without a variable among the inputs nothing is recorded, so evaluation and
  /// decoding need no special mode. Inputs of both element types are computed in float64, as NumPy and PyTorch promote.
  /// - Parameters:
  ///   - addition: what the pullback of an operation of one input comes to where the input has a gradient already.
  package static func record(
    _ operation: Operation, _ inputs: [Tensor], addition: GradientAddition? = nil,
    forward: ([Tensor]) -> (value: Tensor, pullback: Pullback)
  ) -> Tensor {
    let inputs = promoted(inputs)
    let result = forward(inputs.map(\.detached))
    guard inputs.contains(where: \.hasHistory) else { return result.value }
    let call = Node.Call(parents: inputs.map(\.node), pullback: result.pullback, addition: addition)
    return result.value.with(node: Node(operation, call))
  }

  /// A custom operation: computes `forward` and, if an input has history, records the call.
  ///
  ///     let y = Tensor.operation("cube", [x]) { inputs in
  ///       let x = inputs[0]
  ///       return (x * x * x, { dy in [3 * dy * x * x] })
  ///     }
  ///
  /// `forward` gets the inputs without history and returns the value with its pullback beside it: given `dy`, of the
  /// value's shape, the pullback returns a gradient of each input's shape and element type, or nil for zero. Check it
  /// with `GradientCheck`. Traps if a gradient's number, shape or element type is not its input's.
  public static func operation(
    _ name: String, _ inputs: [Tensor], forward: ([Tensor]) -> (value: Tensor, pullback: Pullback)
  ) -> Tensor {
    record(.custom, inputs) { inputs in
      let forms = inputs.map { (shape: $0.shape, elementType: $0.elementType) }
      let result = forward(inputs)
      return (
        result.value.detached,
        { dy in
          let gradients = result.pullback(dy)
          let fit = zip(gradients, forms).allSatisfy { gradient, form in
            gradient.map { $0.shape == form.shape && $0.elementType == form.elementType } ?? true
          }
          require(
            gradients.count == forms.count && fit,
            "\(name): gradients of shapes \(gradients.map { $0?.shape }) for inputs of shapes \(forms.map(\.shape))")
          return gradients
        }
      )
    }
  }

  /// The operations recorded in this tensor's history.
  package var recordedOperations: Set<Operation> {
    Set(ancestors().compactMap(\.operation))
  }

  /// This tensor's node and all that it was computed from, each once, parents before their results.
  private func ancestors() -> [Node] {
    var seen = Set<ObjectIdentifier>()
    var found: [Node] = []
    var open = [node]
    while let next = open.popLast() {
      guard let node = next, seen.insert(ObjectIdentifier(node)).inserted else { continue }
      found.append(node)
      open.append(contentsOf: node.call?.parents ?? [])
    }
    return found.sorted { $0.number < $1.number }
  }
}

// MARK: - Differentiating

extension Tensor {
  /// The gradients of this scalar with respect to each of `variables`, in their order: `∂self/∂variable`, of the
  /// variable's shape.
  ///
  /// A variable that this result does not depend on gets zeros. First derivatives only: gradients carry no history.
  /// The graph is freed during the pass, one operation at a time, so that a kept loss keeps no weights or activations
  /// alive; whatever else was computed from the same results cannot be differentiated through them afterwards. With
  /// `keepingGraph` it is kept for another backward pass, as with PyTorch's `retain_graph`.
  /// Traps if this tensor is not a scalar or depends on no variable, if a part of its graph was freed
  /// before, or if one of `variables` is not a variable.
  public consuming func gradients(of variables: [Tensor], keepingGraph: Bool = false) -> [Tensor] {
    require(count == 1, "gradients: shape \(shape) is no scalar; give the upstream gradient")
    let one = Tensor(repeating: 1, shape: shape, elementType: elementType)
    return gradients(of: variables, upstream: one, keepingGraph: keepingGraph)
  }

  /// The gradients of `Σ upstream ⊙ self` with respect to each of `variables`; `upstream` has this tensor's shape, and
  /// is rounded to its element type.
  public consuming func gradients(of variables: [Tensor], upstream: Tensor, keepingGraph: Bool = false) -> [Tensor] {
    gradients(of: variables, upstream: upstream, keepingGraph: keepingGraph, altering: nil)
  }

  /// The same with every pullback's gradients altered, so that a check can be shown to see a wrong one.
  package consuming func gradients(
    of variables: [Tensor], upstream: Tensor, keepingGraph: Bool = false, altering: PullbackAlteration?
  ) -> [Tensor] {
    require(
      hasHistory,
      "gradients: computed from no variable (gradients themselves carry no history: first derivatives only)")
    require(
      upstream.shape == shape, "gradients: the upstream gradient has shape \(upstream.shape), the result \(shape)")
    require(variables.allSatisfy { $0.node?.isLeaf ?? false }, "gradients: asked of a tensor that is no variable")

    // Numbers fall from a result to its inputs: in falling order, a node's gradient is whole when its turn comes.
    let dself = upstream.detached.converted(to: elementType)
    var remaining = ancestors()
    _ = consume self
    var gradients: [UInt64: Tensor] = [:]  // by the nodes' numbers
    gradients[remaining[remaining.count - 1].number] = dself  // the last is this tensor's own
    while let node = remaining.popLast() {
      if node.isLeaf { continue }
      guard let call = keepingGraph ? node.call : node.spend() else {
        trap("gradients: the graph was freed when it was differentiated before; say keepingGraph: true there")
      }
      guard let dy = gradients.removeValue(forKey: node.number) else { continue }
      if altering == nil, call.add(dy, to: &gradients) { continue }
      let terms = call.pullback(dy)
      for case (let parent?, let dx?) in zip(call.parents, altering?(node.operation, terms) ?? terms) {
        gradients[parent.number].add(dx)
      }
    }
    return variables.map { variable in
      variable.node.flatMap { gradients[$0.number] }
        ?? Tensor(repeating: 0, shape: variable.shape, elementType: variable.elementType)
    }
  }
}

extension Node.Call {
  /// Adds the gradient of the only input to its sum, where there is one and the operation knows how; says whether.
  fileprivate func add(_ dy: Tensor, to gradients: inout [UInt64: Tensor]) -> Bool {
    // Taken out meanwhile, so that the sum is unshared and can be changed in place.
    guard let addition, let input = parents[0], var sum = gradients.removeValue(forKey: input.number) else {
      return false
    }
    addition(&sum, dy)
    gradients[input.number] = sum
    return true
  }
}

extension Tensor? {
  /// Adds a further gradient to the sum so far.
  fileprivate mutating func add(_ term: Tensor) {
    guard var sum = self.take() else { self = term; return }
    sum.combine(.add, term)
    self = sum
  }
}
