import Autograd

/// Parameters that share settings of an optimizer: those that a rule includes, by their name and their number of axes.
///
///     let groups: [ParameterGroup] = [.named("embedding", learningRateScale: 3), .matrices(weightDecay: 0.1), .others]
///
/// Of several groups that include a parameter, the first holds.
public struct ParameterGroup: Sendable {
  /// Whether a parameter belongs to the group.
  public let includes: @Sendable (_ name: String, _ rank: Int) -> Bool
  /// What the learning rate is multiplied by.
  public var learningRateScale = 1.0
  /// λ, the share of a parameter that is taken off a step, per unit of the learning rate.
  public var weightDecay = 0.0

  /// The parameters that `includes` says yes to.
  public init(
    learningRateScale: Double = 1, weightDecay: Double = 0,
    includes: @escaping @Sendable (_ name: String, _ rank: Int) -> Bool
  ) {
    (self.learningRateScale, self.weightDecay, self.includes) = (learningRateScale, weightDecay, includes)
  }

  /// Tensors of two axes or more.
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
  /// The first group that includes a parameter. Traps where none does.
  func group(of name: String, rank: Int) -> ParameterGroup {
    guard let group = first(where: { $0.includes(name, rank) }) else { trap("no parameter group includes \(name)") }
    return group
  }
}
