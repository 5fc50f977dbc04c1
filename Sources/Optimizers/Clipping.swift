import Autograd

extension [Tensor] {
  /// The Euclidean norm of all elements of all tensors together.
  public var globalNorm: Double {
    reduce(0) { $0 + $1.sumOfSquares }.squareRoot()
  }
}

/// The factor that scales gradients of norm `norm` to a norm of at most `limit`, as
/// `torch.nn.utils.clip_grad_norm_` computes it; a limit of 0 means no clipping.
public func clippingScale(norm: Double, limit: Double) -> Double {
  limit > 0 ? min(1, limit / (norm + 1e-6)) : 1
}
