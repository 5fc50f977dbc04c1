extension Operation {
  /// Where the operation's gradient is checked. The `switch` is exhaustive: a new operation needs a row here.
  public var samples: [OperationSample] {
    switch self {
    case .add: broadcasting(normal) { $0[0] + $0[1] }
    case .subtract: broadcasting(normal) { $0[0] - $0[1] }
    case .multiply: broadcasting(normal) { $0[0] * $0[1] }
    case .divide: broadcasting(awayFromZero) { $0[0] / $0[1] }
    case .negate: elementwise(normal, scales: [1e-3, 1e3]) { -$0 }
    case .affine: elementwise(normal, scales: [1e-3, 1e3]) { $0.affine(scale: 3, shift: -2) }
    case .exp: elementwise(normal, scales: [1e-3, 5]) { $0.exp() }
    case .log: elementwise(positive, scales: [1e-3, 1e3]) { $0.log() }
    case .sqrt: elementwise(positive, scales: [1e-3, 1e3]) { $0.sqrt() }
    case .power: powerSamples
    case .tanh: elementwise(normal, scales: [1e-3, 10]) { $0.tanh() }
    case .sigmoid: elementwise(normal, scales: [1e-3, 10]) { $0.sigmoid() }
    case .relu: elementwise(awayFromZero, scales: [1e-5, 1e3]) { $0.relu() }
    case .silu: elementwise(normal, scales: [1e-3, 10]) { $0.silu() }
    case .gelu: elementwise(normal, scales: [1e-3, 10]) { $0.gelu() }
    case .reluSquared: elementwise(normal, scales: [1e-3, 10]) { $0.reluSquared() }
    case .broadcast: broadcastSamples
    case .reshape: reshapeSamples
    case .transpose: transposeSamples
    case .slice: sliceSamples
    case .concatenate: concatenateSamples
    case .gather: gatherSamples
    case .convert: convertSamples
    case .where: whereSamples
    case .sum: reductions { $0.sum(axes: $1, keepingAxes: $2) }
    case .mean: reductions { $0.mean(axes: $1, keepingAxes: $2) }
    case .maximum: reductions { $0.maximum(axes: $1, keepingAxes: $2) } + nearTieSamples
    case .matmul: matmulSamples
    case .linear: linearSamples
    case .softmax: rows { $0.softmax() }
    case .logSoftmax: rows { $0.logSoftmax() }
    case .layerNorm: layerNormSamples
    case .rmsNorm: rows { .rmsNorm($0) }
    case .embedding: embeddingSamples
    case .dropout: dropoutSamples
    case .rotaryEmbedding: rotarySamples { $0.rotaryEmbedding($1, headCount: $2, firstPosition: $3) }
    case .normalizedRotaryEmbedding:
      rotarySamples { $0.normalizedRotaryEmbedding($1, headCount: $2, firstPosition: $3) }
    case .attention: attentionSamples
    case .linearCrossEntropy: linearCrossEntropySamples
    case .custom: customSamples
    }
  }
}
