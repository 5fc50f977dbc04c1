/// What a tensor's elements are.
public enum ElementType: String, Sendable, Hashable, CaseIterable {
  /// 32-bit IEEE 754: the fast one, in which models train and sample.
  case float32
  /// 64-bit IEEE 754: the executable specification, in which gradients are checked.
  case float64

  /// Bytes an element takes.
  public var byteCount: Int { self == .float32 ? 4 : 8 }
}
