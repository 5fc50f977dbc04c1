import Autograd
import Randomness

/// A table with a row of numbers for each of V ids.
public struct Embedding: Module {
  /// [V, C]
  public var weight: Tensor

  /// A table of given rows.
  public init(weight: Tensor) { self.weight = weight }

  /// A table of `count` rows of `width` draws of the standard normal distribution, as `torch.nn.Embedding` begins.
  public init(_ count: Int, _ width: Int, key: RandomKey) {
    weight = .normal([count, width], key: key)
  }

  /// The rows of `ids`: [ids.count, C]. Traps where an id is not in `0 ..< V`.
  public func callAsFunction(_ ids: [Int32]) -> Tensor { .embedding(ids, table: weight) }

  /// Visits `weight`.
  public mutating func visit<Failure>(_ visitor: ParameterVisitor<Failure>) throws(Failure) {
    try visitor("weight", &weight)
  }
}
