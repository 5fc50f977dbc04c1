// Samples of the linear map, after each prologue there is.

extension Operation {
  var linearSamples: [OperationSample] {
    Prologue.Kind.allCases.flatMap { kind in shapeSamples(kind) + [sharedSample(kind)] } + [
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
  private func shapeSamples(_ kind: Prologue.Kind) -> [OperationSample] {
    let shapes: [(String, x: [Int], outputs: Int, scale: Double)] = [
      ("rows", [5, 3], 4, 1), ("leading axes", [2, 2, 3], 1, 1), ("one row", [3], 2, 1), ("one input", [2, 1], 3, 1),
      ("no rows", [0, 3], 2, 1), ("small magnitudes", [2, 4], 2, 1e-2), ("large magnitudes", [2, 4], 2, kind.largest),
    ]
    return shapes.map { name, x, outputs, scale in
      let width = x[x.count - 1]
      let operands = kind.operandShapes(width: width).enumerated().map { normal($1, UInt64(4 + $0)) }
      let inputs = [kind.draw(x, scale), normal([outputs, width], 2), normal([outputs], 3)] + operands
      return OperationSample(kind.label(name), inputs) {
        .linear($0[0], weight: $0[1], bias: $0[2], after: kind.prologue(Array($0.dropFirst(3))))
      }
    }
  }

  /// One tensor is input and weight, another is the bias and every operand.
  private func sharedSample(_ kind: Prologue.Kind) -> OperationSample {
    OperationSample(kind.label("by its own input"), [kind.draw([3, 3], 1), normal([3], 2)]) { inputs in
      let operands = kind.operandShapes(width: 3).map { _ in inputs[1] }
      return .linear(inputs[0], weight: inputs[0], bias: inputs[1], after: kind.prologue(operands))
    }
  }
}

// Exhaustive: a new prologue needs a case in each.
extension Prologue.Kind {
  func prologue(_ operands: [Tensor]) -> Prologue {
    switch self {
    case .none: .none
    case .layerNorm: .layerNorm(gain: operands[0], bias: operands[1], epsilon: 0.1)
    case .activation(let activation): .activation(activation)
    }
  }

  fileprivate func operandShapes(width: Int) -> [[Int]] {
    switch self {
    case .none, .activation: []
    case .layerNorm: [[width], [width]]
    }
  }

  /// How large an input may be before the differences drown in rounding.
  fileprivate var largest: Double {
    switch self {
    case .none, .layerNorm: 1e3
    case .activation: 10
    }
  }

  /// Inputs of the scale, away from the kink of an activation that has one.
  fileprivate func draw(_ shape: [Int], _ scale: Double) -> Tensor {
    self == .activation(.relu) ? awayFromZero(shape, scale: scale) : normal(shape, scale: scale)
  }

  fileprivate func label(_ name: String) -> String {
    switch self {
    case .none: name
    case .layerNorm: "after layer norm: \(name)"
    case .activation(let activation): "after \(activation): \(name)"
    }
  }
}
