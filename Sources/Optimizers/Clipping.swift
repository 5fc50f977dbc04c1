import Autograd

extension [Tensor] {
  /// The Euclidean norm of all elements of all tensors together.
  public var globalNorm: Double {
    reduce(0) { $0 + $1.sumOfSquares }.squareRoot()
  }
}

/// What gradients of norm `norm` are multiplied by so that it does not exceed `limit`, as
/// `torch.nn.utils.clip_grad_norm_` has it; a limit of 0 stands for none.
public func clippingScale(norm: Double, limit: Double) -> Double {
  limit > 0 ? min(1, limit / (norm + 1e-6)) : 1
}
