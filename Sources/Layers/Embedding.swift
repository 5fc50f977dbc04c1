import Autograd
import Randomness

/// A lookup table with a vector for each of V ids.
public struct Embedding: Module {
  /// [V, C]
  public var weight: Tensor

  /// An embedding with the given table.
  public init(weight: Tensor) { self.weight = weight }

  /// `count` vectors of dimension `width`, drawn from the standard normal distribution, as in `torch.nn.Embedding`.
  public init(_ count: Int, _ width: Int, key: RandomKey) {
    weight = .normal([count, width], key: key)
  }

  /// The rows of `ids`: [ids.count, C]. Traps if an id is not in `0 ..< V`.
  public func callAsFunction(_ ids: [Int32]) -> Tensor { .embedding(ids, table: weight) }

  /// Visits `weight`.
  public mutating func visit<Failure>(_ visitor: ParameterVisitor<Failure>) throws(Failure) {
    try visitor(table: "weight", &weight)
  }
}
