// Samples of conversion between element types, and of choosing between tensors.

extension Operation {
  /// A float32 near 10⁻⁵ is off by 10⁻¹² at most: of differences over two steps of 10⁻⁶, less than the check allows.
  var convertSamples: [OperationSample] {
    [
      OperationSample("to float32", [normal([2, 3], scale: 1e-5)]) { $0[0].converted(to: .float32) },
      OperationSample("scalar", [normal([], scale: 1e-5)]) { $0[0].converted(to: .float32) },
      OperationSample("no elements", [normal([2, 0])]) { $0[0].converted(to: .float32) },
      OperationSample("where float32 meets float64", [normal([3], scale: 1e-5), normal([2, 3], 2)]) {
        $0[0].converted(to: .float32) * $0[1]
      },
      OperationSample("beside what it rounded", [normal([3], scale: 1e-5)]) { $0[0].converted(to: .float32) + $0[0] },
    ]
  }

  var whereSamples: [OperationSample] {
    let columns = Tensor([1, 0, 1, 0], shape: [4])
    return broadcasting(normal) { .where($0[0] .< $0[1], 3 * $0[0], $0[1]) } + [
      OperationSample("a condition that broadcasts", [normal([3, 4]), normal([3, 1], 2)]) {
        .where(columns, $0[0], $0[1])
      },
      OperationSample("a condition of more axes than its choices", [normal([4]), normal([], 2)]) {
        .where(columns.reshaped(to: [4, 1]), $0[0], $0[1])
      },
      OperationSample("all of one", [normal([3]), normal([3], 2)]) { .where(Tensor.ones([3]), $0[0], $0[1]) },
      OperationSample("a plain number", [normal([2, 3])]) { .where($0[0] .> 0.1, $0[0], 0.1) },
      OperationSample("beside what is infinite and not chosen", [normal([2])]) {
        .where(Tensor([1, 0]), $0[0], Tensor([Double.infinity, 1]))
      },
      OperationSample("the larger and the smaller", [normal([2, 3]), normal([3], 2)]) {
        2 * .maximum($0[0], $0[1]) + Tensor.minimum($0[0], $0[1])
      },
    ]
  }
}
