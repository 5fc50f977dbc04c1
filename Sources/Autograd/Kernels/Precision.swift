import CKernels

/// How exactly float32 matrix products are computed, named as PyTorch names it. Sums, weights, gradients and all
/// else are float32 whatever the precision; float64 is not touched by it.
public enum Precision: String, Sendable, CaseIterable {
  /// Factors are float32.
  case highest
  /// Each factor is the sum of two bfloat16 parts, and three of the four products of parts are summed: off by at most
  /// 3 · 2⁻¹⁶ + 2⁻³² of itself. It takes a matrix unit (AMX); without one this is computed as `highest`, which is then
  /// faster. As in `medium`, but that what is infinite there gives NaN.
  case high
  /// Factors are rounded to bfloat16: off by at most 2⁻⁸ of themselves; subnormal ones count as 0, those from
  /// 2¹²⁸ − 2¹¹⁹ on as infinite. Attention's own products, and products of fewer than five rows, stay float32.
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
