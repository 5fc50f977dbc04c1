import Autograd
import Layers
import Text
import Transformer

// What is looked at before a model is called good, and where its numbers overflow if it is not.

extension Trainer {
  /// Why the model must not be saved: the first tensor of the weights and of the optimizer's state that has an element
  /// which is not finite; nil if there is none. Reads each element once.
  package var nonFiniteTensor: String? {
    let tensors = model.namedParameters + optimizerState
    return processor.run { tensors.first { !$0.tensor.isFinite }?.name }
  }

  /// The loss of the (first accumulated) batch that the next step will take, exactly as it will compute it, but without
  /// gradients.
  package var nextLoss: Double {
    processor.run { loss(rows(of: batch(at: step), part: 0), dropout(at: step, part: 0)) }
  }

  /// What `cause` comes to where the trainer stands, with the place of the first overflow.
  package func divergence(_ cause: Divergence.Cause) -> Divergence {
    Divergence(
      step: step, cause: cause, learningRate: options.schedule(max(0, step - 1)), precision: options.precision,
      overflow: processor.run { overflow(cause) })
  }

  private func overflow(_ cause: Divergence.Cause) -> String? {
    switch cause {
    case .steps: overflow(at: step - 1)
    case .nextLoss: overflow(at: step)
    case .evaluation: try? evaluator.firstFound(model.config.contextLength) { overflow($0, nil) }
    case .tensor: nil
    }
  }

  /// The first overflow in the step after `step`, with the weights of now: in order of computation, forward and backward.
  private func overflow(at step: Int) -> String? {
    let batch = batch(at: step)
    for part in 0..<options.gradientAccumulationSteps {
      if let found = overflow(rows(of: batch, part: part), dropout(at: step, part: part)) { return found }
    }
    // Backward comes to the last layers first.
    let names = model.namedParameters.map(\.name)
    return zip(names, differentiate(batch, at: step) { _ in }.gradients).reversed().first { !$1.isFinite }
      .map { "the gradient of \($0.0)" }
  }

  /// The first output of a layer that is not finite when the loss of `rows` is computed.
  private func overflow(_ rows: TokenBatch, _ dropout: Dropout?) -> String? {
    var first: String?
    let probe = Probe(at: Probe.Site.outputs(layerCount: model.config.layerCount)) { x, site in
      if first == nil, !x.isFinite { first = site.layerName }
      return x
    }
    let loss = loss(rows, dropout, probe)
    return (first ?? (loss.isFinite ? nil : "the head")).map { "the output of \($0)" }
  }

  private func loss(_ rows: TokenBatch, _ dropout: Dropout?, _ probe: Probe? = nil) -> Double {
    model.detached.loss(
      inputs: rows.inputs, targets: rows.targets, batchSize: rows.batchSize, dropout: dropout, probe: probe
    ).item
  }
}

extension Tensor {
  /// Whether all elements are finite. A sum of squares of float32 numbers never overflows in double.
  fileprivate var isFinite: Bool { sumOfSquares.isFinite }
}

extension Probe.Site {
  /// Where the layers that add to the residual stream, and those before and after them, put out what they compute.
  fileprivate static func outputs(layerCount: Int) -> Set<Probe.Site> {
    (0..<layerCount).reduce(into: [.embedding]) { sites, layer in
      sites.formUnion([.attentionOutput(layer: layer), .mlpOutput(layer: layer), .residual(layer: layer)])
    }
  }

  /// The name that the parameters of the layer begin with.
  fileprivate var layerName: String {
    switch self {
    case .embedding: "embedding"
    case .attentionWeights(let layer), .headOutputs(let layer), .attentionOutput(let layer):
      "blocks.\(layer).attention"
    case .mlpOutput(let layer): "blocks.\(layer).mlp"
    case .residual(let layer): "blocks.\(layer)"
    }
  }
}
