import Autograd
import Checkpoints
import Files
import Randomness
import Text
import Transformer

/// A checkpoint's whole model in float64: the gradient of its loss by each of its tensors against central differences.
struct ModelGradientCheck {
  /// What the tensors are called, in the model's order.
  let parameterNames: [String]
  /// What it is checked on, for a person.
  let summary: String

  private let constants, variables: GPT
  private let batch: TokenBatch

  /// The sequences of a batch, and the most tokens in each: short, since every derivative takes two losses.
  private static let (batchSize, longest) = (2, 16)

  /// The check of `model` on a batch of `sample`. Throws where its loss there is not a number.
  init(_ model: GPT, _ sample: TextSample, seed: UInt64, checkpoint: String) throws {
    constants = model.converted(to: .float64)
    variables = constants.requiringGradient()
    parameterNames = constants.parameters().map(\.name)
    let tokens = TokenIDs(sample.tokens, vocabularySize: model.config.vocabularySize)
    let length = min(Self.longest, model.config.contextLength, tokens.count - 1)
    let draws = RandomBatches(tokens[...], batchSize: Self.batchSize, length: length, key: RandomKey(seed: seed))
    batch = draws.batch(at: 0)
    summary = "\(batch.batchSize) sequences of \(length) characters of \(sample.source)"
    let loss = self.loss(constants).item
    guard loss.isFinite else {
      throw FileError.malformed(
        file: checkpoint, reason: "its loss is \(loss): its weights are damaged, or its training diverged")
    }
  }

  /// Compares the derivatives by elements of parameter number `index` that the mode names, and by all together.
  func checkGradients(_ check: GradientCheck, by index: Int) -> GradientCheck.Report {
    var elements = check
    elements.seed &+= UInt64(index)  // so that tensors of one shape draw elements of their own
    var along = elements
    along.mode = .directions(1)
    let tensors = constants.parameters().map(\.tensor)
    let loss = { (inputs: [Tensor]) in
      // All weights are variables where one of them is, as in training.
      let model = inputs[0].hasHistory ? variables : constants
      var parameters = model.parameters().map(\.tensor)
      parameters[index] = inputs[0]
      return self.loss(model.replacingParameters(with: parameters))
    }
    return elements.check([tensors[index]], loss).merged(with: along.check([tensors[index]], loss))
  }

  /// The batch's losses added up, not averaged: larger derivatives stand out further from the absolute tolerance.
  private func loss(_ model: GPT) -> Tensor {
    model.loss(inputs: batch.inputs, targets: batch.targets, batchSize: batch.batchSize) * Double(batch.targets.count)
  }
}
