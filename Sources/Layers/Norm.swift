import Autograd

/// A norm of the last axis with what it learns: what a model is made of where it can have one norm or another.
public protocol Norm: Module {
  /// `[…, C] → […, C]`.
  func callAsFunction(_ x: Tensor) -> Tensor

  /// The same as what a linear map begins with.
  var prologue: Prologue { get }
}
