// Arithmetic that changes its left operand: in place where nobody else sees the elements and nothing has history.

extension Tensor {
  /// `a = a + b`, of a's shape and element type. Traps if b does not broadcast to a's shape.
  public static func += (a: inout Tensor, b: Tensor) { a.update(.add, b, +) }
  /// `a = a − b`, of a's shape and element type. Traps if b does not broadcast to a's shape.
  public static func -= (a: inout Tensor, b: Tensor) { a.update(.subtract, b, -) }
  /// `a = a · b`, of a's shape and element type. Traps if b does not broadcast to a's shape.
  public static func *= (a: inout Tensor, b: Tensor) { a.update(.multiply, b, *) }
  /// `a = a / b`, of a's shape and element type. Traps if b does not broadcast to a's shape.
  public static func /= (a: inout Tensor, b: Tensor) { a.update(.divide, b, /) }

  /// `x = x + b` for a plain number.
  public static func += (x: inout Tensor, b: Double) { x.update(scale: 1, shift: b) }
  /// `x = x − b` for a plain number.
  public static func -= (x: inout Tensor, b: Double) { x.update(scale: 1, shift: -b) }
  /// `x = a · x` for a plain number.
  public static func *= (x: inout Tensor, a: Double) { x.update(scale: a, shift: 0) }
  /// `x = x / a` for a plain number.
  public static func /= (x: inout Tensor, a: Double) { x.update(scale: 1 / a, shift: 0) }

  private mutating func update(
    _ function: BinaryFunction, _ other: Tensor, _ recorded: (Tensor, Tensor) -> Tensor
  ) {
    require(
      Shape.broadcast(shape, other.shape) == shape,
      "\(function) in place: shape \(other.shape) does not broadcast to \(shape)")
    if hasHistory || other.hasHistory || elementType != other.elementType {
      self = recorded(self, other).converted(to: elementType)
    } else {
      combine(function, other.broadcast(to: shape))
    }
  }

  private mutating func update(scale: Double, shift: Double) {
    if hasHistory {
      self = affine(scale: scale, shift: shift)
    } else {
      rescale(scale, shift: shift)
    }
  }
}

extension Tensor {
  /// Gives `body` the values without their history to change them; afterwards they are a variable's where they were.
  ///
  ///     weights.updateValues { $0 -= rate * gradient }
  ///
  /// So an optimizer writes its rule as it stands in the paper, whether what it changes are variables or constants.
  public mutating func updateValues(_ body: (_ values: inout Tensor) -> Void) {
    let isVariable = hasHistory
    self = detached
    body(&self)
    if isVariable { self = requiringGradient() }
  }
}
