/// The type of a tensor's elements (PyTorch's dtype).
public enum ElementType: String, Sendable, Hashable, CaseIterable {
  /// 32-bit IEEE 754: optimized, used for training and sampling.
  case float32
  /// 64-bit IEEE 754: the reference implementation, used to check gradients.
  case float64

  /// Bytes per element.
  public var byteCount: Int { self == .float32 ? 4 : 8 }
}
