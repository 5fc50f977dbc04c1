import CKernels

/// How exactly float32 matrix products are computed, named as PyTorch names it. Sums, weights, gradients and all
/// else are float32 whatever the precision; float64 is not touched by it.
public enum Precision: String, Sendable, CaseIterable {
  /// Factors are float32.
  case highest
  /// Each factor is the sum of two bfloat16 parts, and three products of parts are added: off by some 2⁻¹⁶ of itself.
  case high
  /// Factors are rounded to bfloat16: off by at most 2⁻⁸ of itself.
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
