import CKernels

/// The precision of float32 matrix products, named as in PyTorch. Sums, weights, gradients and all
/// else are float32 whatever the precision; float64 is not touched by it.
public enum Precision: String, Sendable, CaseIterable {
  /// Inputs are float32.
  case highest
  /// Each input is split into two bfloat16 numbers, its rounded value and the remainder; the product of two remainders
  /// is left out: a product is off by at most 2⁻¹⁵ + 2⁻³⁴ of itself, but below 2⁻¹⁰⁸, where it is off as in `medium`;
  /// a factor that is infinite there gives NaN. It needs a matrix unit (AMX): without one float32 is faster, and this is
  /// computed as `highest`.
  case high
  /// Factors are rounded to bfloat16: off by at most 2⁻⁸ of themselves; subnormal ones count as 0, those from
  /// 2¹²⁸ − 2¹¹⁹ on as infinite. Products of fewer than five rows stay float32, and so do attention's own but on a
  /// matrix unit.
  case medium
}

extension Precision {
  /// This precision, or the next more exact one that a table of kernels has a way of its own for.
  func available(in table: ck_kernels) -> Precision {
    var precision = self
    while table.precisions & 1 << precision.kernelPrecision.rawValue == 0 { precision = precision.nextMoreExact }
    return precision
  }

  private var nextMoreExact: Precision { self == .medium ? .high : .highest }

  /// As the kernels call it.
  package var kernelPrecision: ck_precision {
    switch self {
    case .highest: ck_precision_highest
    case .high: ck_precision_high
    case .medium: ck_precision_medium
    }
  }
}
