import Randomness

extension Operation {
  /// Where the operation's gradient is checked. The `switch` is exhaustive: a new operation needs a row here.
  public var samples: [OperationSample] {
    switch self {
    case .add: Self.broadcasting(normal) { $0[0] + $0[1] }
    case .subtract: Self.broadcasting(normal) { $0[0] - $0[1] }
    case .multiply: Self.broadcasting(normal) { $0[0] * $0[1] }
    case .divide: Self.broadcasting(awayFromZero) { $0[0] / $0[1] }
    case .negate: Self.elementwise(normal) { -$0 }
    case .affine: Self.elementwise(normal) { 3 * $0 - 2 }
    case .exp: Self.elementwise(normal) { $0.exp() }
    case .log: Self.elementwise(positive) { $0.log() }
    case .sqrt: Self.elementwise(positive) { $0.sqrt() }
    case .power: Self.elementwise(positive) { $0.power(-1.5) } + Self.elementwise(normal) { $0.power(3) }
    case .tanh: Self.elementwise(normal) { $0.tanh() }
    case .sigmoid: Self.elementwise(normal) { $0.sigmoid() }
    case .relu: Self.elementwise(awayFromZero) { $0.relu() }
    case .silu: Self.elementwise(normal) { $0.silu() }
    case .gelu: Self.elementwise(normal) { $0.gelu() }
    case .broadcast: broadcastSamples
    case .reshape: [
      OperationSample("[2, 3] to [3, -1]", [normal([2, 3])]) { $0[0].reshaped(to: [3, -1]) },
      OperationSample("to a scalar", [normal([1, 1])]) { $0[0].reshaped(to: []) },
    ]
    case .transpose: [
      OperationSample("matrix", [normal([2, 3])]) { $0[0].transposed() },
      OperationSample("three axes in a ring", [normal([2, 3, 4])]) { $0[0].transposed([1, 2, 0]) },
      OperationSample("axis of size 0", [normal([2, 0, 3])]) { $0[0].transposed([2, 0, 1]) },
    ]
    case .slice: [
      OperationSample("rows", [normal([4, 3])]) { $0[0].slice(1..<3) },
      OperationSample("inner axis", [normal([2, 5, 2])]) { $0[0].slice(2..<5, axis: 1) },
      OperationSample("nothing", [normal([2, 3])]) { $0[0].slice(1..<1, axis: 1) },
    ]
    case .concatenate: [
      OperationSample("rows", [normal([2, 3]), normal([1, 3], 2)]) { .concatenate($0) },
      OperationSample("inner axis, one part empty", [normal([2, 2]), normal([2, 0], 2), normal([2, 1], 3)]) {
        .concatenate($0, axis: -1)
      },
      OperationSample("one tensor twice", [normal([2, 2])]) { .concatenate([$0[0], $0[0]], axis: 1) },
    ]
    case .gather: [
      OperationSample("last axis, an index repeats", [normal([2, 3])]) { $0[0].gather([2, 2, 0, 1], [2, 2]) },
      OperationSample("first axis", [normal([3, 2])]) { $0[0].gather([2, 0, 1, 0, 0, 0], [3, 2], axis: 0) },
      OperationSample("nothing", [normal([2, 3])]) { $0[0].gather([], [2, 0]) },
    ]
    case .sum: Self.reductions { $0.sum($1, keepingAxes: $2) }
    case .mean: Self.reductions { $0.mean($1, keepingAxes: $2) }
    case .maximum: Self.reductions { $0.maximum($1, keepingAxes: $2) }
    case .matmul: matmulSamples
    case .linear: [
      OperationSample("rows", [normal([5, 3]), normal([4, 3], 2), normal([4], 3)]) {
        .linear($0[0], weight: $0[1], bias: $0[2])
      },
      OperationSample("leading axes", [normal([2, 2, 3]), normal([1, 3], 2), normal([1], 3)]) {
        .linear($0[0], weight: $0[1], bias: $0[2])
      },
    ]
    case .softmax: Self.rows { $0.softmax() }
    case .logSoftmax: Self.rows { $0.logSoftmax() }
    case .layerNorm: [
      OperationSample("rows", [normal([3, 5]), normal([5], 2), normal([5], 3)]) {
        .layerNorm($0[0], gain: $0[1], bias: $0[2])
      },
      OperationSample("leading axes", [normal([2, 2, 4]), normal([4], 2), normal([4], 3)]) {
        .layerNorm($0[0], gain: $0[1], bias: $0[2], epsilon: 0.1)
      },
    ]
    case .embedding: [
      OperationSample("an id repeats, one is missing", [normal([4, 3])]) { .embedding([2, 0, 2, 2, 1], table: $0[0]) },
      OperationSample("no ids", [normal([2, 3])]) { .embedding([], table: $0[0]) },
    ]
    case .dropout: [
      OperationSample("p = 0.4", [normal([3, 7])]) { $0[0].dropout(Dropout(probability: 0.4, key: RandomKey(seed: 5))) },
      OperationSample("p = 0", [normal([5])]) { $0[0].dropout(Dropout(probability: 0, key: RandomKey(seed: 5))) },
    ]
    case .rotaryEmbedding: rotarySamples
    case .attention: attentionSamples
    case .custom: [
      OperationSample("a cube", [normal([2, 3])]) {
        .operation("cube", $0) { inputs in
          let x = inputs[0]
          return (x * x * x, { dy in [3 * dy * x * x] })
        }
      }
    ]
    case .linearCrossEntropy: [
      OperationSample("every row scored", [normal([4, 3]), normal([5, 3], 2)]) {
        .linearCrossEntropy($0[0], weight: $0[1], targets: [0, 4, 2, 2])
      },
      OperationSample("rows left out", [normal([4, 3]), normal([5, 3], 2)]) {
        .linearCrossEntropy($0[0], weight: $0[1], targets: [-1, 4, 2, -1]) * 3
      },
    ]
    }
  }
}

// MARK: - Samples that several operations share

extension Operation {
  private typealias Maker = ([Int], UInt64) -> Tensor

  private static func elementwise(
    _ make: Maker, _ function: @escaping @Sendable (Tensor) -> Tensor
  ) -> [OperationSample] {
    [
      OperationSample("matrix", [make([3, 5], 1)]) { function($0[0]) },
      OperationSample("scalar", [make([], 2)]) { function($0[0]) },
      OperationSample("empty", [make([0, 2], 1)]) { function($0[0]) },
    ]
  }

  private static func broadcasting(
    _ make: Maker, _ function: @escaping @Sendable ([Tensor]) -> Tensor
  ) -> [OperationSample] {
    [
      OperationSample("equal shapes", [make([3, 4], 1), make([3, 4], 2)], function),
      OperationSample("row to matrix", [make([3, 4], 1), make([4], 2)], function),
      OperationSample("column to matrix", [make([3, 1], 1), make([3, 4], 2)], function),
      OperationSample("both repeat", [make([3, 1, 2], 1), make([4, 1], 2)], function),
      OperationSample("scalar to matrix", [make([], 1), make([2, 2], 2)], function),
      OperationSample("one tensor twice", [make([2, 3], 1)]) { function([$0[0], $0[0]]) },
      OperationSample("axis of size 0", [make([2, 0], 1), make([1], 2)], function),
    ]
  }

  private static func reductions(
    _ function: @escaping @Sendable (Tensor, [Int]?, Bool) -> Tensor
  ) -> [OperationSample] {
    let axes: [[Int]?] = [nil, [0], [1], [2], [0, 2], [-1, 0], []]
    return axes.map { axes in
      OperationSample("axes \(axes.map { "\($0)" } ?? "all")", [normal([2, 3, 4])]) { function($0[0], axes, axes == [1]) }
    }
  }

  private static func rows(_ function: @escaping @Sendable (Tensor) -> Tensor) -> [OperationSample] {
    [
      OperationSample("matrix", [normal([3, 5])]) { function($0[0]) },
      OperationSample("one column", [normal([3, 1])]) { function($0[0]) },
      OperationSample("large magnitudes", [normal([2, 4]).affine(scale: 30)]) { function($0[0]) },
    ]
  }
}
