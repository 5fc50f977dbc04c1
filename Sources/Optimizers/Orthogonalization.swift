import Autograd

/// Newton–Schulz iteration towards the nearest orthogonal matrix, with the coefficients of Muon (Jordan et al., 2024,
/// https://kellerjordan.github.io/posts/muon), which give up convergence for a steep start: singular values of X/‖X‖
/// from 0.002 on come to between 0.68 and 1.21, smaller ones to at most 485 times what they were.
///
/// `X ← X/(‖X‖ + ε)`, then five times `X ← aX + b(XXᵀ)X + c(XXᵀ)²X`.
enum Orthogonalization {
  /// The coefficients a, b and c.
  static let coefficients = (a: 3.4445, b: -4.7750, c: 2.0315)
  /// How often the polynomial is applied.
  static let iterations = 5
  /// What keeps a matrix of zeros from being divided by zero.
  static let epsilon = 1e-7

  /// Orthogonalizes each matrix of x, [N, m, n]. Products are float32 whatever the current precision.
  ///
  /// Matrices are multiplied on their short side. The squares there commute and are symmetric, so half of each is
  /// computed; where the other side is much longer, the iteration stays among them, and x is multiplied once.
  static func orthogonalize(_ x: inout Tensor) {
    require(x.rank == 3, "orthogonalize: shape \(x.shape)")
    let sides = (short: min(x.shape[1], x.shape[2]), long: max(x.shape[1], x.shape[2]))
    Processor.current.with(.highest).run {
      normalize(&x)
      // In squares of the short side a step takes 3·long/short + 1 that way, and 4 this way.
      x = sides.long >= 2 * sides.short ? throughSquares(x) : directly(x)
    }
  }

  /// Divides each matrix by its Frobenius norm.
  private static func normalize(_ x: inout Tensor) {
    let scales = (0..<x.shape[0]).map { 1 / (x.rows($0..<($0 + 1)).sumOfSquares.squareRoot() + epsilon) }
    x.scaleItems(by: scales)
  }

  /// The iteration as it stands: `A = XXᵀ`, `X ← p(A)·X`.
  private static func directly(_ x: Tensor) -> Tensor {
    (0..<iterations).reduce(x) { x, _ in multiply(polynomial(of: square(x)), x) }
  }

  /// The same, by `p(A)·A·p(A)` for the next `XXᵀ`, and the product P of all polynomials for X at the end.
  ///
  /// What rounding adds to the least eigenvalues of `XXᵀ` grows with them, to some 10⁻⁴ of the result at most.
  private static func throughSquares(_ x: Tensor) -> Tensor {
    var a = square(x)
    var product = polynomial(of: a)
    var factor = product
    for _ in 1..<iterations {
      a = .symmetricProduct(.symmetricProduct(factor, a), factor)
      factor = polynomial(of: a)
      product = .symmetricProduct(factor, product)
    }
    return multiply(product, x)
  }

  /// `aI + bA + cA²`, for symmetric A.
  private static func polynomial(of a: Tensor) -> Tensor {
    var sum = Tensor.weightedSum(coefficients.b, a, coefficients.c, .symmetricProduct(a, a))
    sum.addToDiagonals(coefficients.a)
    return sum
  }

  /// `XXᵀ`, or `XᵀX` of a tall X.
  private static func square(_ x: Tensor) -> Tensor {
    isTall(x) ? .symmetricProduct(x, x, transposeA: true) : .symmetricProduct(x, x, transposeB: true)
  }

  /// `P·X`, or `X·P` of a tall X.
  private static func multiply(_ p: Tensor, _ x: Tensor) -> Tensor { isTall(x) ? .matmul(x, p) : .matmul(p, x) }

  private static func isTall(_ x: Tensor) -> Bool { x.shape[1] > x.shape[2] }
}
