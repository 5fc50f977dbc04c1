// Element-wise selection between two tensors, with broadcasting.

extension Tensor {
  /// `a` where `condition` is not 0, else `b`, as `torch.where` does. The gradient goes to the selected operand; none
  /// goes to the condition. Traps if the shapes do not broadcast.
  public static func `where`(_ condition: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
    guard let common = Shape.broadcast(a.shape, b.shape), let shape = Shape.broadcast(condition.shape, common) else {
      trap("where: shapes \(condition.shape), \(a.shape) and \(b.shape) do not broadcast")
    }
    let isChosen = condition .!= 0
    return record(.where, [a.broadcast(to: shape), b.broadcast(to: shape)]) { inputs in
      let mask = isChosen.converted(to: inputs[0].elementType).broadcast(to: shape)
      return (
        Kernels.select(mask, inputs[0], inputs[1]),
        { dy in
          let zeros = Tensor(repeating: 0, shape: shape, elementType: dy.elementType)
          return [Kernels.select(mask, dy, zeros), Kernels.select(mask, zeros, dy)]
        }
      )
    }
  }

  /// `a` where `condition` is not 0, else the plain number `b`.
  public static func `where`(_ condition: Tensor, _ a: Tensor, _ b: Double) -> Tensor {
    .where(condition, a, a.scalar(b))
  }

  /// The plain number `a` where `condition` is not 0, else `b`.
  public static func `where`(_ condition: Tensor, _ a: Double, _ b: Tensor) -> Tensor {
    .where(condition, b.scalar(a), b)
  }

  /// The larger of `a` and `b`, element by element, broadcasting; NaN where one is. The gradient of equal elements goes
  /// to `a`. Traps if the shapes do not broadcast.
  public static func maximum(_ a: Tensor, _ b: Tensor) -> Tensor {
    .where((a .>= b) + (a .!= a), a, b)  // NaN alone differs from itself
  }

  /// The smaller of `a` and `b`, element by element, broadcasting; NaN where one is. The gradient of equal elements
  /// goes to `a`. Traps if the shapes do not broadcast.
  public static func minimum(_ a: Tensor, _ b: Tensor) -> Tensor {
    .where((a .<= b) + (a .!= a), a, b)
  }

  /// The larger of `x` and a plain number, as `maximum(_:_:)`.
  public static func maximum(_ x: Tensor, _ bound: Double) -> Tensor { maximum(x, x.scalar(bound)) }

  /// The smaller of `x` and a plain number, as `minimum(_:_:)`.
  public static func minimum(_ x: Tensor, _ bound: Double) -> Tensor { minimum(x, x.scalar(bound)) }
}
