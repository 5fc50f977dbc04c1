// Samples of the linear map, after each prologue there is.

extension Operation {
  var linearSamples: [OperationSample] {
    Prologue.Kind.allCases.flatMap(\.samples).flatMap { shapeSamples($0) + [sharedSample($0)] } + [
      OperationSample("twice, with the same weights", [normal([2, 3]), normal([3, 3], 2), normal([3], 3)]) {
        let y = Tensor.linear($0[0], weight: $0[1], bias: $0[2])
        return .linear(y, weight: $0[1], bias: $0[2])
      },
      OperationSample("without bias", [normal([5, 3]), normal([4, 3], 2)]) { .linear($0[0], weight: $0[1]) },
      OperationSample("without bias after GELU", [normal([5, 3]), normal([4, 3], 2)]) {
        .linear($0[0], weight: $0[1], after: .activation(.gelu))
      },
    ]
  }

  /// Rows of all kinds: inputs are x, weight, bias and the prologue's operands.
  private func shapeSamples(_ sample: PrologueSample) -> [OperationSample] {
    let shapes: [(String, x: [Int], outputs: Int, scale: Double)] = [
      ("rows", [5, 3], 4, 1), ("leading axes", [2, 2, 3], 1, 1), ("one row", [3], 2, 1), ("one input", [2, 1], 3, 1),
      ("no rows", [0, 3], 2, 1), ("small magnitudes", [2, 4], 2, 1e-2),
      ("large magnitudes", [2, 4], 2, sample.largest),
    ]
    return shapes.map { name, x, outputs, scale in
      let width = x[x.count - 1]
      let operands = (0..<sample.operandCount).map { normal([width], UInt64(4 + $0)) }
      let inputs = [sample.draw(x, scale), normal([outputs, width], 2), normal([outputs], 3)] + operands
      return OperationSample(sample.label(name), inputs) {
        .linear($0[0], weight: $0[1], bias: $0[2], after: sample.prologue(Array($0.dropFirst(3))))
      }
    }
  }

  /// One tensor is input and weight, another is the bias and every operand.
  private func sharedSample(_ sample: PrologueSample) -> OperationSample {
    OperationSample(sample.label("by its own input"), [sample.draw([3, 3], 1), normal([3], 2)]) { inputs in
      let operands = Array(repeating: inputs[1], count: sample.operandCount)
      return .linear(inputs[0], weight: inputs[0], bias: inputs[1], after: sample.prologue(operands))
    }
  }
}

extension PrologueSample {
  static let identity = PrologueSample(nil, largest: 1e3) { _ in .identity }

  static let layerNorm = PrologueSample("after layer norm", operandCount: 2, largest: 1e3) {
    .layerNorm(gain: $0[0], bias: $0[1], epsilon: 0.1)
  }

  static let rmsNorm = PrologueSample("after RMS norm", largest: 1e3) { _ in .rmsNorm(epsilon: 0.1) }

  static func activation(_ activation: Activation) -> PrologueSample {
    PrologueSample("after \(activation)", largest: 10, hasKink: activation == .relu) { _ in .activation(activation) }
  }
}
