import Randomness

/// One draw of dropout: which elements are dropped is a pure function of the key and the element's position.
public struct Dropout: Sendable {
  /// The probability that an element is dropped, in 0 ..< 1.
  public let probability: Double
  /// Determines the mask; every site and every step needs a key of its own.
  public let key: RandomKey

  /// Traps unless `probability` is in 0 ..< 1.
  public init(probability: Double, key: RandomKey) {
    require((0..<1).contains(probability), "Dropout: probability \(probability) is not in 0 ..< 1")
    self.probability = probability
    self.key = key
  }
}

extension Tensor {
  /// Zero where the draw drops an element, else `x / (1 − p)`, so that the mean is kept: Srivastava et al., JMLR 15
  /// (2014). The backward pass regenerates the mask instead of storing it.
  public func dropout(_ draw: Dropout) -> Tensor {
    Tensor.record(.dropout, [self]) { inputs in
      (Kernels.dropout(inputs[0], draw), { dy in [Kernels.dropout(dy, draw)] })
    }
  }
}
