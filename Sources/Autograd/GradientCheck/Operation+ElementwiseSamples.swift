// Samples of what works element by element: functions of one number, and arithmetic that broadcasts.

extension Operation {
  typealias InputMaker = ([Int], UInt64, Double) -> Tensor

  /// A function of one tensor. `scales` are a small and a large magnitude that its domain allows; inputs away from a
  /// kink come as near to it as the small one says.
  func elementwise(
    _ make: InputMaker, scales: [Double], _ function: @escaping @Sendable (Tensor) -> Tensor
  ) -> [OperationSample] {
    let shapes: [(String, [Int])] = [
      ("matrix", [3, 5]), ("scalar", []), ("one element", [1, 1]), ("no elements", [0, 2]),
    ]
    let shaped = shapes.map { name, shape in
      OperationSample(name, [make(shape, 1, 1)]) { function($0[0]) }
    }
    let scaled = scales.map { scale in
      OperationSample("magnitudes of \(scale)", [make([7], 2, scale)]) { function($0[0]) }
    }
    let usedTwice = OperationSample("input and result used twice", [make([2, 3], 3, 1)]) { inputs in
      let y = function(inputs[0])
      return y + y * inputs[0]
    }
    return shaped + scaled + [usedTwice]
  }

  /// A function of two tensors that broadcasts.
  func broadcasting(
    _ make: InputMaker, _ function: @escaping @Sendable ([Tensor]) -> Tensor
  ) -> [OperationSample] {
    let shapes: [(String, [Int], [Int])] = [
      ("equal shapes", [3, 4], [3, 4]), ("scalars", [], []), ("one element each", [1, 1], [1]),
      ("row to matrix", [3, 4], [4]), ("matrix and row", [4], [3, 4]),
      ("column to matrix", [3, 1], [3, 4]), ("matrix and column", [3, 4], [3, 1]),
      ("both repeat", [3, 1, 2], [4, 1]), ("scalar to matrix", [], [2, 2]), ("matrix and scalar", [2, 2], []),
      ("axis of size 0", [2, 0], [1]), ("size 1 to size 0", [3, 1], [3, 0]),
    ]
    return shapes.map { name, a, b in
      OperationSample(name, [make(a, 1, 1), make(b, 2, 1)], function)
    } + [
      OperationSample("one tensor twice", [make([2, 3], 1, 1)]) { function([$0[0], $0[0]]) },
      OperationSample("one tensor twice, broadcast to itself", [make([3, 1], 1, 1)]) {
        function([$0[0], $0[0].transposed()])
      },
      OperationSample("result used twice", [make([2, 3], 1, 1), make([3], 2, 1)]) { inputs in
        let y = function(inputs)
        return y + y * inputs[0]
      },
      OperationSample("large and small", [make([4], 1, 100), make([4], 2, 0.01)], function),
      OperationSample("small and large", [make([4], 1, 0.01), make([4], 2, 100)], function),
    ]
  }

  var powerSamples: [OperationSample] {
    let exponents: [(Double, InputMaker, [Double])] = [
      (-1.5, positive, [0.1, 100]), (0.5, positive, [1e-2, 1e3]), (3, normal, [1e-2, 10]), (1, normal, [1e-3, 1e3]),
      (0, normal, [1e-3, 1e3]),
    ]
    return exponents.flatMap { exponent, make, scales in
      elementwise(make, scales: scales) { $0.power(exponent) }
        .map { OperationSample("exponent \(exponent), \($0.name)", $0.inputs, $0.function) }
    }
  }
}
