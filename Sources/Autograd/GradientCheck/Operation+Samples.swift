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
    case .reshape: reshapeSamples
    case .transpose: transposeSamples
    case .slice: sliceSamples
    case .concatenate: concatenateSamples
    case .gather: gatherSamples
    case .sum: Self.reductions { $0.sum(axes: $1, keepingAxes: $2) }
    case .mean: Self.reductions { $0.mean(axes: $1, keepingAxes: $2) }
    case .maximum: Self.reductions { $0.maximum(axes: $1, keepingAxes: $2) }
    case .matmul: matmulSamples
    case .linear: linearSamples
    case .softmax: Self.rows { $0.softmax() }
    case .logSoftmax: Self.rows { $0.logSoftmax() }
    case .layerNorm: layerNormSamples
    case .embedding: embeddingSamples
    case .dropout: dropoutSamples
    case .rotaryEmbedding: rotarySamples
    case .attention: attentionSamples
    case .custom: customSamples
    case .linearCrossEntropy: linearCrossEntropySamples
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
      OperationSample("axes \(axes.map { "\($0)" } ?? "all")", [normal([2, 3, 4])]) {
        function($0[0], axes, axes == [1])
      }
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
