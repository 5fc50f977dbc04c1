import Autograd

/// Parameters that share settings of an optimizer: those that a rule includes, by their name and their number of axes.
///
///     let groups: [ParameterGroup] = [.named("embedding", learningRateScale: 3), .matrices(weightDecay: 0.1), .others]
///
/// If several groups include a parameter, the first one applies.
public struct ParameterGroup: Sendable {
  /// Whether a parameter belongs to the group.
  public let includes: @Sendable (_ name: String, _ rank: Int) -> Bool
  /// The factor applied to the learning rate.
  public var learningRateScale = 1.0
  /// λ, decoupled weight decay: each step subtracts learning rate · λ · w.
  public var weightDecay = 0.0

  /// The parameters for which `includes` returns true.
  public init(
    learningRateScale: Double = 1, weightDecay: Double = 0,
    includes: @escaping @Sendable (_ name: String, _ rank: Int) -> Bool
  ) {
    (self.learningRateScale, self.weightDecay, self.includes) = (learningRateScale, weightDecay, includes)
  }

  /// Tensors with at least two axes.
  public static func matrices(learningRateScale: Double = 1, weightDecay: Double) -> ParameterGroup {
    ParameterGroup(learningRateScale: learningRateScale, weightDecay: weightDecay) { _, rank in rank >= 2 }
  }

  /// Parameters whose name begins with `prefix`.
  public static func named(
    _ prefix: String, learningRateScale: Double = 1, weightDecay: Double = 0
  ) -> ParameterGroup {
    ParameterGroup(learningRateScale: learningRateScale, weightDecay: weightDecay) { name, _ in name.hasPrefix(prefix) }
  }

  /// All parameters, without weight decay.
  public static let others = ParameterGroup { _, _ in true }
}

extension [ParameterGroup] {
  /// The first group that includes a parameter. Traps if none does.
  func group(of name: String, rank: Int) -> ParameterGroup {
    guard let group = first(where: { $0.includes(name, rank) }) else { trap("no parameter group includes \(name)") }
    return group
  }
}
