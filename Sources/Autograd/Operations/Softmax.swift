extension Tensor {
  /// Softmax over the last axis: `yᵢ = exp(xᵢ − max x) / Σⱼ exp(xⱼ − max x)`.
  ///
  /// The maximum is subtracted for numerical stability only: it cancels.
  public func softmax() -> Tensor {
    let columns = lastAxis(in: "softmax")
    return Tensor.record(.softmax, [self]) { inputs in
      let y = Kernels.softmax(inputs[0], columns: columns)
      // dx = y ⊙ (dy − Σ dy ⊙ y)
      return (y, { dy in [Kernels.softmaxBackward(dy: dy, y: y, columns: columns)] })
    }
  }

  /// The logarithm of softmax over the last axis: `yᵢ = xᵢ − log Σⱼ exp(xⱼ)`.
  public func logSoftmax() -> Tensor {
    let columns = lastAxis(in: "logSoftmax")
    return Tensor.record(.logSoftmax, [self]) { inputs in
      let y = Kernels.logSoftmax(inputs[0], columns: columns)
      // dx = dy − exp(y) · Σ dy
      return (y, { dy in [Kernels.logSoftmaxBackward(dy: dy, y: y, columns: columns)] })
    }
  }

  private func lastAxis(in operation: String) -> Int {
    require(rank >= 1, "\(operation): a scalar has no axis to normalise over")
    return shape[rank - 1]
  }
}
