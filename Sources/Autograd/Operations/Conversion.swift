// Between element types.

extension Tensor {
  /// The same values rounded to `elementType`; the gradient is rounded back.
  public func converted(to elementType: ElementType) -> Tensor {
    if elementType == self.elementType { return self }
    return Tensor.record(.convert, [self]) { inputs in
      let x = inputs[0]
      return (x.rounded(to: elementType), { dy in [dy.rounded(to: x.elementType)] })
    }
  }

  private func rounded(to elementType: ElementType) -> Tensor {
    Tensor(scalars, shape: shape, elementType: elementType)
  }

  /// The same tensors in one element type, as operations compute: float64 where one of them is, as NumPy promotes.
  static func promoted(_ tensors: [Tensor]) -> [Tensor] {
    guard let first = tensors.first, tensors.contains(where: { $0.elementType != first.elementType }) else {
      return tensors
    }
    return tensors.map { $0.converted(to: .float64) }
  }
}
