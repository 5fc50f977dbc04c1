// Functions of one number, element by element.

extension Tensor {
  /// `eˣ`.
  public func exp() -> Tensor {
    Tensor.record(.exp, [self]) { unary(.exp, $0[0]) }
  }

  /// The natural logarithm; −∞ at 0, NaN below.
  public func log() -> Tensor {
    Tensor.record(.log, [self]) { unary(.log, $0[0]) }
  }

  /// `√x`; NaN below 0.
  public func sqrt() -> Tensor {
    Tensor.record(.sqrt, [self]) { unary(.sqrt, $0[0]) }
  }

  /// `xᵖ` for a plain exponent, with the edge cases of C's `pow`.
  public func power(_ exponent: Double) -> Tensor {
    Tensor.record(.power, [self]) { inputs in
      let x = inputs[0]
      return (
        Kernels.power(x, exponent),
        // A zero exponent has derivative 0 everywhere, where p·xᵖ⁻¹ would give 0·∞ at x = 0.
        { dy in [exponent == 0 ? nil : dy * Kernels.power(x, exponent - 1) * exponent] }
      )
    }
  }

  /// The hyperbolic tangent.
  public func tanh() -> Tensor {
    Tensor.record(.tanh, [self]) { unary(.tanh, $0[0]) }
  }
}

/// `y = f(x)` and `dx = dy · f′(x)`; the derivatives stand beside the functions in CKernels, `elementwise.inl.h`.
func unary(_ function: UnaryFunction, _ x: Tensor) -> (value: Tensor, pullback: Pullback) {
  let y = Kernels.unary(function, x)
  return (y, { dy in [Kernels.unaryBackward(function, dy: dy, x: x, y: y)] })
}
