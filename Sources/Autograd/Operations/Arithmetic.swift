// Element-wise arithmetic, with broadcasting: shapes are aligned at the last axis, and an axis of length 1 repeats.

extension Tensor {
  /// `a + b`, element by element, broadcasting. Traps if the shapes do not broadcast.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    elementwise(.add, a, b) { a, b in
      (Kernels.binary(.add, a, b), { dy in [dy, dy] })
    }
  }

  /// `a − b`, element by element, broadcasting. Traps if the shapes do not broadcast.
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    elementwise(.subtract, a, b) { a, b in
      (Kernels.binary(.subtract, a, b), { dy in [dy, -dy] })
    }
  }

  /// `a · b`, element by element, broadcasting. Traps if the shapes do not broadcast.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    elementwise(.multiply, a, b) { a, b in
      (Kernels.binary(.multiply, a, b), { dy in [dy * b, dy * a] })
    }
  }

  /// `a / b`, element by element, broadcasting. Traps if the shapes do not broadcast.
  public static func / (a: Tensor, b: Tensor) -> Tensor {
    elementwise(.divide, a, b) { a, b in
      let y = Kernels.binary(.divide, a, b)
      // ∂(a/b)/∂b = −a/b² = −y/b
      return (y, { dy in [dy / b, -(dy * y) / b] })
    }
  }

  /// `−x`.
  public static prefix func - (x: Tensor) -> Tensor {
    record(.negate, [x]) { inputs in
      (Kernels.affine(inputs[0], scale: -1, shift: 0), { dy in [-dy] })
    }
  }

  /// `scale · x + shift`, for plain numbers.
  public func affine(scale: Double, shift: Double = 0) -> Tensor {
    Tensor.record(.affine, [self]) { inputs in
      (Kernels.affine(inputs[0], scale: scale, shift: shift), { dy in [dy.affine(scale: scale)] })
    }
  }

  /// `x + b` for a plain number.
  public static func + (x: Tensor, b: Double) -> Tensor { x.affine(scale: 1, shift: b) }
  /// `b + x` for a plain number.
  public static func + (b: Double, x: Tensor) -> Tensor { x.affine(scale: 1, shift: b) }
  /// `x − b` for a plain number.
  public static func - (x: Tensor, b: Double) -> Tensor { x.affine(scale: 1, shift: -b) }
  /// `b − x` for a plain number.
  public static func - (b: Double, x: Tensor) -> Tensor { x.affine(scale: -1, shift: b) }
  /// `a · x` for a plain number.
  public static func * (a: Double, x: Tensor) -> Tensor { x.affine(scale: a) }
  /// `x · a` for a plain number.
  public static func * (x: Tensor, a: Double) -> Tensor { x.affine(scale: a) }
  /// `x / a` for a plain number.
  public static func / (x: Tensor, a: Double) -> Tensor { x.affine(scale: 1 / a) }

  /// Broadcasts both to their common shape, then records the operation on equal shapes.
  private static func elementwise(
    _ operation: Operation, _ a: Tensor, _ b: Tensor, forward: (Tensor, Tensor) -> (Tensor, Pullback)
  ) -> Tensor {
    guard let shape = Shape.broadcast(a.shape, b.shape) else {
      trap("\(operation): shapes \(a.shape) and \(b.shape) do not broadcast")
    }
    return record(operation, [a.broadcast(to: shape), b.broadcast(to: shape)]) { forward($0[0], $0[1]) }
  }
}
