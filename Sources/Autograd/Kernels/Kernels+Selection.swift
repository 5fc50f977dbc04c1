// Comparison and selection: plain loops in Swift, in pieces on all threads.

enum Comparison: String {
  case less, lessOrEqual, greater, greaterOrEqual, equal, notEqual

  func holds<Element: BinaryFloatingPoint>(_ a: Element, _ b: Element) -> Bool {
    switch self {
    case .less: a < b
    case .lessOrEqual: a <= b
    case .greater: a > b
    case .greaterOrEqual: a >= b
    case .equal: a == b
    case .notEqual: a != b
    }
  }
}

extension Kernels {
  /// 1 where the comparison holds, else 0.
  static func compare(_ comparison: Comparison, _ a: Tensor, _ b: Tensor) -> Tensor {
    switch a.elementType {
    case .float32: compare(comparison, a, b, as: Float.self)
    case .float64: compare(comparison, a, b, as: Double.self)
    }
  }

  /// a where `mask` is not 0, else b.
  static func select(_ mask: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
    switch a.elementType {
    case .float32: select(mask, a, b, as: Float.self)
    case .float64: select(mask, a, b, as: Double.self)
    }
  }

  private static func compare<Element: BinaryFloatingPoint & Sendable>(
    _ comparison: Comparison, _ a: Tensor, _ b: Tensor, as _: Element.Type
  ) -> Tensor {
    fill(a.shape, a.elementType, as: Element.self) { y, elements in
      let (a, b) = (a.elements(as: Element.self), b.elements(as: Element.self))
      for i in elements { y[i] = comparison.holds(a[i], b[i]) ? 1 : 0 }
    }
  }

  private static func select<Element: BinaryFloatingPoint & Sendable>(
    _ mask: Tensor, _ a: Tensor, _ b: Tensor, as _: Element.Type
  ) -> Tensor {
    fill(a.shape, a.elementType, as: Element.self) { y, elements in
      let mask = mask.elements(as: Element.self)
      let (a, b) = (a.elements(as: Element.self), b.elements(as: Element.self))
      for i in elements { y[i] = mask[i] != 0 ? a[i] : b[i] }
    }
  }

  /// A tensor that `write` fills, range of elements by range.
  private static func fill<Element: BinaryFloatingPoint & Sendable>(
    _ shape: [Int], _ elementType: ElementType, as _: Element.Type,
    _ write: @Sendable (_ y: UnsafeMutablePointer<Element>, _ elements: Range<Int>) -> Void
  ) -> Tensor {
    let y = Tensor(uninitialized: shape, elementType)
    let (count, pieceLength) = (y.count, 1 << 14)
    nonisolated(unsafe) let elements = y.elements(as: Element.self)  // each piece writes its own
    Processor.current.forEach(pieces: (count + pieceLength - 1) / pieceLength) { piece in
      write(elements, (piece * pieceLength)..<min((piece + 1) * pieceLength, count))
    }
    return y
  }
}

extension Tensor {
  fileprivate func elements<Element>(as type: Element.Type) -> UnsafeMutablePointer<Element> {
    address.assumingMemoryBound(to: type)
  }
}
