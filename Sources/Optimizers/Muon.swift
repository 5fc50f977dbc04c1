import Autograd
import Layers

/// Muon: momentum whose direction is orthogonalized, for the linear maps of a model; AdamW for all else.
/// Jordan et al., 2024, https://kellerjordan.github.io/posts/muon; Liu et al., arXiv 2502.16982.
///
/// Per linear map W with gradient G: `M += (1−μ)(G−M); U = (1−μ)G + μM; X = orthogonalize(U);
/// W = (1 − η·λ)·W − η·√max(1, rows/columns)·X`.
///
///     var optimizer = Muon(net, excluding: ["output"])  // the head is better off with AdamW
///
/// Which parameters hold maps, and how many, their modules say (`ParameterDescription.maps`): queries, keys and values
/// are three. Embeddings, gains and biases are none.
public struct Muon: Optimizer {
  /// AdamW's η, unless a step specifies another.
  public var learningRate: Double { rest.learningRate }
  /// The maps' η in units of AdamW's, so that a schedule applies to both in proportion.
  public let matrixRateScale: Double
  /// μ, the decay rate of the maps' momentum.
  public let momentum: Double

  /// The state of one parameter that holds maps.
  private struct Slot: Sendable {
    let index: Int  // among the model's parameters
    let name: String
    let group: ParameterGroup
    var momentum: Tensor
  }

  /// One of the maps: the slot of the parameter that holds it, and its rows there.
  private struct Map: Sendable {
    let slot: Int
    let rows: Range<Int>
  }

  private var slots: [Slot]  // in the order of the model's parameters
  private let batches: [[Map]]  // each of maps of one shape
  private let parameterCount: Int
  private var rest: AdamW

  /// Maps of one shape are orthogonalized together until they have so many elements: enough to keep the threads busy
  /// with small ones, and few enough for the caches.
  private static let batchElements = 1 << 18

  /// An optimizer for the parameters of `model`, with a momentum and moments of zero. Traps unless AdamW's learning
  /// rate is positive.
  ///
  /// - Parameters:
  ///   - learningRate: AdamW's.
  ///   - matrixLearningRate: the maps', while steps are taken at `learningRate`; otherwise in proportion.
  ///   - groups: weight decay and learning-rate scale per parameter; by default only matrices decay, by `weightDecay`.
  ///   - prefixes: parameters whose names begin so are AdamW's as well.
  public init(
    _ model: some Module, learningRate: Double = 0.03, matrixLearningRate: Double = 0.02, momentum: Double = 0.95,
    beta1: Double = 0.9, beta2: Double = 0.999, weightDecay: Double = 0.01, groups: [ParameterGroup]? = nil,
    excluding prefixes: [String] = []
  ) {
    require(learningRate > 0, "Muon: a learning rate of \(learningRate)")
    (self.momentum, matrixRateScale) = (momentum, matrixLearningRate / learningRate)
    let groups = groups ?? [.matrices(weightDecay: weightDecay), .others]
    var (slots, maps): ([Slot], [(map: Map, shape: [Int])]) = ([], [])
    let tensors = model.parameters
    for (index, (parameter, tensor)) in zip(model.parameterDescriptions, tensors).enumerated() {
      let (name, type) = (parameter.name, tensor.elementType)
      guard !parameter.maps.isEmpty, !prefixes.contains(where: { name.hasPrefix($0) }) else { continue }
      maps += parameter.maps.map { (Map(slot: slots.count, rows: $0), [$0.count, tensor.shape[1], type.byteCount]) }
      slots.append(
        Slot(
          index: index, name: name, group: groups.group(of: name, rank: tensor.rank),
          momentum: Tensor(repeating: 0, shape: tensor.shape, elementType: type)))
    }
    (self.slots, batches, parameterCount) = (slots, Self.batches(of: maps), tensors.count)
    rest = AdamW(
      model, learningRate: learningRate, beta1: beta1, beta2: beta2, groups: groups,
      leavingOut: Set(slots.map(\.index)))
  }

  /// The maps, those of one shape together, in an order that depends on nothing but the shapes.
  private static func batches(of maps: [(map: Map, shape: [Int])]) -> [[Map]] {
    var batches: [(shape: [Int], maps: [Map])] = []
    for (map, shape) in maps where !map.rows.isEmpty && shape[1] > 0 {
      let most = max(1, batchElements / (shape[0] * shape[1]))
      if let open = batches.lastIndex(where: { $0.shape == shape && $0.maps.count < most }) {
        batches[open].maps.append(map)
      } else {
        batches.append((shape, [map]))
      }
    }
    return batches.map(\.maps)
  }

  /// The next step, with the optimizer's own learning rate.
  public var nextStep: OptimizerStep { rest.nextStep }

  /// Updates `model`'s parameters by one step; `gradients` are in the order of the parameters.
  public mutating func update(_ model: inout some Module, with gradients: [Tensor], at step: OptimizerStep) {
    require(gradients.count == parameterCount, "Muon: \(gradients.count) gradients of \(parameterCount) tensors")
    rest.update(&model, with: gradients, at: step)
    for slot in slots.indices {
      slots[slot].momentum.updateRows(
        from: 0, keeping: momentum, adding: (1 - momentum) * step.gradientScale, gradients[slots[slot].index])
    }
    let directions = directions(gradients, gradientScale: step.gradientScale)
    var (index, slot) = (0, 0)
    model.visitParameters { _, weights in
      defer { index += 1 }
      guard slot < slots.count, slots[slot].index == index else { return }
      let group = slots[slot].group
      let rate = step.learningRate * group.learningRateScale * matrixRateScale
      for (rows, direction) in directions[slot] {
        let scale = max(1, Double(rows.count) / Double(weights.shape[1])).squareRoot()
        weights.updateRows(
          from: rows.lowerBound, keeping: 1 - rate * group.weightDecay, adding: -rate * scale, direction)
      }
      slot += 1
    }
  }

  /// The orthogonalized `(1−μ)G + μM` of every map, by slots: the rows, and the matrix as a batch of one.
  private func directions(_ gradients: [Tensor], gradientScale: Double) -> [[(rows: Range<Int>, direction: Tensor)]] {
    var found = [[(rows: Range<Int>, direction: Tensor)]](repeating: [], count: slots.count)
    for batch in batches {
      let (first, slot) = (batch[0], slots[batch[0].slot])
      var stacked = Tensor(
        uninitialized: [batch.count, first.rows.count, slot.momentum.shape[1]], slot.momentum.elementType)
      for (item, map) in batch.enumerated() {
        let slot = slots[map.slot]
        stacked.replaceRows(
          from: item, with: (1 - momentum) * gradientScale, gradients[slot.index].rows(map.rows),
          plus: momentum, slot.momentum.rows(map.rows))
      }
      Orthogonalization.orthogonalize(&stacked)
      for (item, map) in batch.enumerated() {
        found[map.slot].append((map.rows, stacked.rows(item..<(item + 1))))
      }
    }
    return found
  }

  /// Visits AdamW's state, and `momentum_buffer` (M) of every parameter that holds maps.
  public mutating func visitState<Failure>(
    _ visit: (_ name: String, _ tensor: inout Tensor) throws(Failure) -> Void
  ) throws(Failure) {
    try rest.visitState(visit)
    for index in slots.indices { try visit("momentum_buffer.\(slots[index].name)", &slots[index].momentum) }
  }
}
