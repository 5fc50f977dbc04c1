// Comparison, element by element, with broadcasting, under the operators of Swift's SIMD vectors.
//
// The result is 1 where it holds and 0 where not, in the operands' element type, and has no history: it is constant
// almost everywhere. As in IEEE 754, NaN differs from everything and compares to nothing. A plain number is rounded to
// the element type of the tensor it meets.

extension Tensor {
  /// 1 where `a < b`, else 0.
  public static func .< (a: Tensor, b: Tensor) -> Tensor { compare(.less, a, b) }
  /// 1 where `a < b`, else 0 for a plain number.
  public static func .< (a: Tensor, b: Double) -> Tensor { compare(.less, a, a.scalar(b)) }
  /// 1 where `a < b`, else 0 for a plain number.
  public static func .< (a: Double, b: Tensor) -> Tensor { compare(.less, b.scalar(a), b) }
  /// 1 where `a ≤ b`, else 0.
  public static func .<= (a: Tensor, b: Tensor) -> Tensor { compare(.lessOrEqual, a, b) }
  /// 1 where `a ≤ b`, else 0 for a plain number.
  public static func .<= (a: Tensor, b: Double) -> Tensor { compare(.lessOrEqual, a, a.scalar(b)) }
  /// 1 where `a ≤ b`, else 0 for a plain number.
  public static func .<= (a: Double, b: Tensor) -> Tensor { compare(.lessOrEqual, b.scalar(a), b) }
  /// 1 where `a > b`, else 0.
  public static func .> (a: Tensor, b: Tensor) -> Tensor { compare(.greater, a, b) }
  /// 1 where `a > b`, else 0 for a plain number.
  public static func .> (a: Tensor, b: Double) -> Tensor { compare(.greater, a, a.scalar(b)) }
  /// 1 where `a > b`, else 0 for a plain number.
  public static func .> (a: Double, b: Tensor) -> Tensor { compare(.greater, b.scalar(a), b) }
  /// 1 where `a ≥ b`, else 0.
  public static func .>= (a: Tensor, b: Tensor) -> Tensor { compare(.greaterOrEqual, a, b) }
  /// 1 where `a ≥ b`, else 0 for a plain number.
  public static func .>= (a: Tensor, b: Double) -> Tensor { compare(.greaterOrEqual, a, a.scalar(b)) }
  /// 1 where `a ≥ b`, else 0 for a plain number.
  public static func .>= (a: Double, b: Tensor) -> Tensor { compare(.greaterOrEqual, b.scalar(a), b) }
  /// 1 where `a = b`, else 0.
  public static func .== (a: Tensor, b: Tensor) -> Tensor { compare(.equal, a, b) }
  /// 1 where `a = b`, else 0 for a plain number.
  public static func .== (a: Tensor, b: Double) -> Tensor { compare(.equal, a, a.scalar(b)) }
  /// 1 where `a = b`, else 0 for a plain number.
  public static func .== (a: Double, b: Tensor) -> Tensor { compare(.equal, b.scalar(a), b) }
  /// 1 where `a ≠ b`, else 0.
  public static func .!= (a: Tensor, b: Tensor) -> Tensor { compare(.notEqual, a, b) }
  /// 1 where `a ≠ b`, else 0 for a plain number.
  public static func .!= (a: Tensor, b: Double) -> Tensor { compare(.notEqual, a, a.scalar(b)) }
  /// 1 where `a ≠ b`, else 0 for a plain number.
  public static func .!= (a: Double, b: Tensor) -> Tensor { compare(.notEqual, b.scalar(a), b) }

  private static func compare(_ comparison: Comparison, _ a: Tensor, _ b: Tensor) -> Tensor {
    guard let shape = Shape.broadcast(a.shape, b.shape) else {
      trap("\(comparison): shapes \(a.shape) and \(b.shape) do not broadcast")
    }
    let operands = promoted([a.detached, b.detached])
    return Kernels.compare(comparison, operands[0].broadcast(to: shape), operands[1].broadcast(to: shape))
  }

  /// A plain number as a scalar of this tensor's element type.
  func scalar(_ number: Double) -> Tensor { Tensor(number, elementType: elementType) }
}
