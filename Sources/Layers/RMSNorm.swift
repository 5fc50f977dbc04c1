import Autograd

/// RMS norm of the last axis, which learns nothing: Zhang & Sennrich, arXiv 1910.07467, without the gain.
public struct RMSNorm: Norm {
  /// ε, added to the mean square.
  public let epsilon: Double

  /// An RMS norm.
  public init(epsilon: Double = 1e-6) { self.epsilon = epsilon }

  /// `[…, C] → […, C]`.
  public func callAsFunction(_ x: Tensor) -> Tensor { .rmsNorm(x, epsilon: epsilon) }

  /// This RMS norm as the prologue of a linear layer.
  public var prologue: Prologue { .rmsNorm(epsilon: epsilon) }

  /// Visits nothing.
  public mutating func visit<Failure>(_ visitor: ParameterVisitor<Failure>) throws(Failure) {}
}
