// Samples of conversion between element types.

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
}
