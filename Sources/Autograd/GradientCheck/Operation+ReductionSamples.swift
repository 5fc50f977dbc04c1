// Samples of what works on rows and along axes.

extension Operation {
  /// A reduction of a tensor over some axes, or all.
  func reductions(
    _ function: @escaping @Sendable (Tensor, _ axes: [Int]?, _ keepingAxes: Bool) -> Tensor
  ) -> [OperationSample] {
    let axes: [[Int]?] = [nil, [0], [1], [2], [0, 2], [-1, 0], []]
    let shapes: [(String, [Int], [Int]?)] = [
      ("scalar", [], nil), ("one element", [1], [0]), ("axis of size 1", [2, 1, 3], [1]),
      ("beside an axis of size 0", [0, 3], [1]),
    ]
    let overAxes = axes.map { axes in
      OperationSample("axes \(axes.map { "\($0)" } ?? "all")", [normal([2, 3, 4])]) {
        function($0[0], axes, axes == [1])
      }
    }
    let shaped = shapes.map { name, shape, axes in
      OperationSample(name, [normal(shape)]) { function($0[0], axes, false) }
    }
    let scaled = [1e-3, 1e3].map { scale in
      OperationSample("magnitudes of \(scale)", [normal([2, 5], scale: scale)]) { function($0[0], [1], false) }
    }
    let usedTwice = OperationSample("input and result used twice", [normal([2, 3])]) { inputs in
      let y = function(inputs[0], [1], true)
      return y * y + inputs[0]
    }
    return overAxes + shaped + scaled + [usedTwice]
  }

  /// Elements that a maximum nearly ties between, ten steps apart.
  var nearTieSamples: [OperationSample] {
    let rows = Tensor([0.5, 0.50001, -2, 0.50001, 0.5, 0.49999], shape: [2, 3], elementType: .float64)
    return [OperationSample("nearly equal", [rows]) { $0[0].maximum(axes: [1]) }]
  }

  /// A function of rows, the last axis.
  func rows(_ function: @escaping @Sendable (Tensor) -> Tensor) -> [OperationSample] {
    let inputs: [(String, Tensor)] = [
      ("matrix", normal([3, 5])), ("one row", normal([4])), ("leading axes", normal([2, 2, 3])),
      ("one column", normal([3, 1])), ("no rows", normal([0, 3])), ("no columns", normal([2, 0])),
      ("small magnitudes", normal([2, 4], scale: 1e-3)), ("large magnitudes", normal([2, 4], scale: 30)),
      ("far from zero", normal([2, 4]).affine(scale: 1, shift: 1_000)),
    ]
    return inputs.map { name, input in
      OperationSample(name, [input]) { function($0[0]) }
    } + [
      OperationSample("input and result used twice", [normal([2, 3])]) { inputs in
        let y = function(inputs[0])
        return y + y * inputs[0]
      }
    ]
  }

  var layerNormSamples: [OperationSample] {
    let inputs: [(String, Tensor, epsilon: Double)] = [
      ("rows", normal([3, 5]), 1e-5), ("leading axes", normal([2, 2, 4]), 0.1), ("one row", normal([6]), 1e-5),
      ("one column", normal([3, 1]), 0.1), ("no rows", normal([0, 3]), 1e-5),
      ("small magnitudes", normal([2, 4], scale: 1e-2), 1e-5), ("large magnitudes", normal([2, 4], scale: 1e3), 1e-5),
      ("far from zero", normal([2, 4]).affine(scale: 1, shift: 100), 1e-5),
    ]
    return inputs.map { name, x, epsilon in
      let width = [x.shape[x.rank - 1]]
      return OperationSample(name, [x, normal(width, 2), normal(width, 3)]) {
        .layerNorm($0[0], gain: $0[1], bias: $0[2], epsilon: epsilon)
      }
    } + [
      OperationSample("one tensor thrice", [normal([4])]) { .layerNorm($0[0], gain: $0[0], bias: $0[0]) }
    ]
  }
}
