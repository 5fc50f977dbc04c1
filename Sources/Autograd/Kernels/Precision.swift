import CKernels

/// How exactly float32 matrix products are computed, named as PyTorch names it. Sums, weights, gradients and all
/// else are float32 whatever the precision; float64 is not touched by it.
public enum Precision: String, Sendable, CaseIterable {
  /// Factors are float32.
  case highest
  /// Between the others: each factor in two bfloat16 parts. No processor has a way of its own for it here yet, so that
  /// it is computed as `highest`.
  case high
  /// Factors are rounded to bfloat16: off by at most 2⁻⁸ of themselves; subnormal ones count as 0, those from
  /// 2¹²⁸ − 2¹¹⁹ on as infinite. Attention's own products, and products of fewer than five rows, stay float32.
  case medium
}

extension Precision {
  /// This precision, or the next more exact one that a table of kernels has a faster way for.
  func available(in table: ck_kernels) -> Precision {
    self == .medium && table.least_precision == ck_precision_medium ? .medium : .highest
  }

  /// As the kernels call it.
  package var kernelPrecision: ck_precision { self == .medium ? ck_precision_medium : ck_precision_highest }
}
