import CKernels

/// The only interface to the C kernels: takes tensors, picks the table by their element type, returns fresh tensors.
///
/// Shapes have been checked by the operation that calls. Nothing here is recorded.
enum Kernels {
  /// The C table for `x`'s elements, with the pool that its functions want first.
  static func run<Result>(
    on elementType: ElementType, _ body: (_ table: ck_kernels, _ pool: OpaquePointer) -> Result
  ) -> Result {
    let processor = Processor.current
    return withExtendedLifetime(processor) {
      body(processor.table(for: elementType).pointee, processor.poolPointer)
    }
  }
}

// MARK: - Element-wise

extension Kernels {
  static func unary(_ function: UnaryFunction, _ x: Tensor) -> Tensor {
    let y = Tensor(uninitialized: x.shape, x.elementType)
    run(on: x.elementType) { $0.unary($1, function.kernel, y.address, x.address, x.count) }
    return y
  }

  static func unaryBackward(_ function: UnaryFunction, dy: Tensor, x: Tensor, y: Tensor) -> Tensor {
    let dx = Tensor(uninitialized: x.shape, x.elementType)
    run(on: x.elementType) {
      $0.unary_backward($1, function.kernel, dx.address, dy.address, x.address, y.address, x.count)
    }
    return dx
  }

  /// Recomputes y = f(x); turns the gradient with respect to y into the one with respect to x.
  static func unaryWithBackward(_ function: UnaryFunction, _ x: Tensor, differentiating gradient: inout Tensor)
    -> Tensor
  {
    let y = Tensor(uninitialized: x.shape, x.elementType)
    gradient.mutate { gradient in
      run(on: x.elementType) {
        $0.unary_with_backward($1, function.kernel, y.address, gradient, gradient, x.address, x.count)
      }
    }
    return y
  }

  static func binary(_ function: BinaryFunction, _ a: Tensor, _ b: Tensor) -> Tensor {
    let y = Tensor(uninitialized: a.shape, a.elementType)
    binary(function, a, b, into: y)
    return y
  }

  /// Writes to `y`, which may be `a` or `b`: the caller owns its storage alone.
  static func binary(_ function: BinaryFunction, _ a: Tensor, _ b: Tensor, into y: Tensor) {
    run(on: a.elementType) { $0.binary($1, function.kernel, y.address, a.address, b.address, a.count) }
  }

  static func affine(_ x: Tensor, scale: Double, shift: Double) -> Tensor {
    let y = Tensor(uninitialized: x.shape, x.elementType)
    affine(x, scale: scale, shift: shift, into: y)
    return y
  }

  /// Writes to `y`, which may be `x`: the caller owns its storage alone.
  static func affine(_ x: Tensor, scale: Double, shift: Double, into y: Tensor) {
    run(on: x.elementType) { $0.affine($1, y.address, x.address, scale, shift, x.count) }
  }

  static func power(_ x: Tensor, _ exponent: Double) -> Tensor {
    let y = Tensor(uninitialized: x.shape, x.elementType)
    run(on: x.elementType) { $0.power($1, y.address, x.address, exponent, x.count) }
    return y
  }

  static func dropout(_ x: Tensor, _ dropout: Dropout) -> Tensor {
    let y = Tensor(uninitialized: x.shape, x.elementType)
    run(on: x.elementType) { $0.dropout($1, y.address, x.address, dropout.probability, dropout.key.kernelKey, x.count) }
    return y
  }
}

// MARK: - Layout and reductions

extension Kernels {
  /// The elements of `x` read with `strides` into a fresh tensor of `shape`.
  static func strided(_ x: Tensor, shape: [Int], strides: [Int]) -> Tensor {
    require(shape.count <= Shape.largestRank, "rank \(shape.count) is above \(Shape.largestRank)")
    let y = Tensor(uninitialized: shape, x.elementType)
    run(on: x.elementType) {
      $0.copy_strided($1, y.address, Shape.strides(shape), x.address, strides, Int32(shape.count), shape)
    }
    return y
  }

  /// Writes all of `x` into `y` from element `offset` on with `strides`: the caller owns `y`'s storage alone.
  static func scatter(_ x: Tensor, into y: Tensor, offset: Int, strides: [Int]) {
    require(x.rank <= Shape.largestRank, "rank \(x.rank) is above \(Shape.largestRank)")
    run(on: x.elementType) {
      $0.copy_strided(
        $1, y.address + offset * y.elementType.byteCount, strides, x.address, Shape.strides(x.shape),
        Int32(x.rank), x.shape)
    }
  }

  /// Row sums of x seen as [rows, columns]; the result has shape `shape`.
  static func sumRows(_ x: Tensor, rows: Int, shape: [Int]) -> Tensor {
    let y = Tensor(uninitialized: shape, x.elementType)
    run(on: x.elementType) { $0.sum_rows($1, y.address, x.address, rows, rows == 0 ? 0 : x.count / rows) }
    return y
  }

  /// Column sums of x seen as [rows, columns]; the result has shape `shape`.
  static func sumColumns(_ x: Tensor, columns: Int, shape: [Int]) -> Tensor {
    let y = Tensor(uninitialized: shape, x.elementType)
    run(on: x.elementType) { $0.sum_columns($1, y.address, x.address, columns == 0 ? 0 : x.count / columns, columns) }
    return y
  }

  /// The largest of each row of x seen as [rows, columns]; −∞ for rows without elements.
  static func maxRows(_ x: Tensor, rows: Int) -> Tensor {
    let y = Tensor(uninitialized: [rows], x.elementType)
    run(on: x.elementType) { $0.max_rows($1, y.address, x.address, rows, rows == 0 ? 0 : x.count / rows) }
    return y
  }

  /// Σ x², summed in double.
  static func sumSquares(_ x: Tensor) -> Double {
    run(on: x.elementType) { $0.sum_squares($1, x.address, x.count) }
  }
}

// MARK: - Names of C enumerations

enum UnaryFunction {
  case exp, log, sqrt, tanh, sigmoid, relu, silu, gelu, reluSquared

  fileprivate var kernel: ck_unary {
    switch self {
    case .exp: ck_unary_exp
    case .log: ck_unary_log
    case .sqrt: ck_unary_sqrt
    case .tanh: ck_unary_tanh
    case .sigmoid: ck_unary_sigmoid
    case .relu: ck_unary_relu
    case .silu: ck_unary_silu
    case .gelu: ck_unary_gelu
    case .reluSquared: ck_unary_relu_squared
    }
  }
}

enum BinaryFunction {
  case add, subtract, multiply, divide

  fileprivate var kernel: ck_binary {
    switch self {
    case .add: ck_binary_add
    case .subtract: ck_binary_subtract
    case .multiply: ck_binary_multiply
    case .divide: ck_binary_divide
    }
  }
}
