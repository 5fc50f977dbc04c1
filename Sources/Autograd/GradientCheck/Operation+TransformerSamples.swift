import Randomness

// Samples of the transformer's own operations but attention, and of one that a user might add.

extension Operation {
  var embeddingSamples: [OperationSample] {
    [
      OperationSample("an id repeats, one is missing", [normal([4, 3])]) {
        .embedding([2, 0, 2, 2, 1], table: $0[0])
      },
      OperationSample("one id, one column", [normal([2, 1])]) { .embedding([1], table: $0[0]) },
      OperationSample("a table of one row", [normal([1, 3])]) { .embedding([0, 0], table: $0[0]) },
      OperationSample("no ids", [normal([2, 3])]) { .embedding([], table: $0[0]) },
      OperationSample("a table that is also a weight", [normal([3, 2])]) {
        .matmul(.embedding([0, 2, 0], table: $0[0]), $0[0], transposeB: true)
      },
    ]
  }

  var dropoutSamples: [OperationSample] {
    let cases: [(String, [Int], Double)] = [
      ("p = 0.4", [3, 7], 0.4), ("p = 0", [5], 0), ("p = 0.9", [4, 4], 0.9), ("scalar", [], 0.5),
      ("no elements", [2, 0], 0.5),
    ]
    return cases.map { name, shape, probability in
      OperationSample(name, [normal(shape)]) {
        $0[0].dropout(Dropout(probability: probability, key: RandomKey(seed: 5)))
      }
    } + [
      OperationSample("twice, by two draws", [normal([3, 3])]) { inputs in
        let draw = { Dropout(probability: 0.3, key: RandomKey(seed: $0)) }
        return inputs[0].dropout(draw(1)) * inputs[0].dropout(draw(2))
      }
    ]
  }

  /// A rotation of the first heads of a tensor by a table, from a position on.
  func rotarySamples(
    _ rotate: @escaping @Sendable (_ x: Tensor, RotaryTable, _ headCount: Int, _ firstPosition: Int) -> Tensor
  ) -> [OperationSample] {
    let cases: [(String, [Int], headWidth: Int, heads: Int, first: Int)] = [
      ("all heads", [2, 3, 8], 4, 2, 0), ("some heads, from position 3", [3, 12], 4, 2, 3),
      ("heads of one pair", [4, 4], 2, 2, 1), ("one position, the last", [1, 4], 4, 1, 7),
      ("no heads", [2, 4], 4, 0, 0), ("no positions", [2, 0, 8], 4, 2, 0), ("no sequences", [0, 3, 4], 4, 1, 0),
    ]
    return cases.map { name, shape, headWidth, heads, first in
      let table = RotaryTable(headWidth: headWidth, positionCount: 8, elementType: .float64)
      return OperationSample(name, [normal(shape)]) { rotate($0[0], table, heads, first) }
    } + [
      OperationSample("beside what it turned", [normal([3, 4])]) { inputs in
        let table = RotaryTable(headWidth: 4, positionCount: 8, theta: 100, elementType: .float64)
        return rotate(inputs[0], table, 1, 0) * inputs[0]
      },
      OperationSample("clockwise", [normal([3, 4])]) { inputs in
        let table = RotaryTable(
          headWidth: 4, positionCount: 8, theta: 100, isClockwise: true, elementType: .float64)
        return rotate(inputs[0], table, 1, 2)
      },
    ]
  }

  var customSamples: [OperationSample] {
    [
      OperationSample("a cube", [normal([2, 3])]) {
        .operation("cube", $0) { inputs in
          let x = inputs[0]
          return (x * x * x, { dy in [3 * dy * x * x] })
        }
      },
      OperationSample("of two inputs, one of which it ignores", [normal([3]), normal([2], 2)]) {
        .operation("double of the first", $0) { inputs in (2 * inputs[0], { dy in [2 * dy, nil] }) }
      },
      OperationSample("of one tensor twice", [normal([2, 2])]) {
        .operation("product", [$0[0], $0[0]]) { inputs in
          let (a, b) = (inputs[0], inputs[1])
          return (a * b, { dy in [dy * b, dy * a] })
        }
      },
    ]
  }
}
