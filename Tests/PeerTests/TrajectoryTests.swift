import Autograd
import Layers
import Optimizers
import Testing
import Training
import Transformer

@Suite("Fifty steps of AdamW beside PyTorch")
struct TrajectoryTests {
  @Test("have the twin's losses, gradient norms and final weights in float64")
  func float64() throws {
    let fixture = try Fixture("trajectory")
    let found = try train(fixture, .float64)
    let weights = found.model.namedParameters.flatMap { fixture.config.peerTensors($0.name, $0.tensor) }
    let tensors =
      [("loss", found.losses), ("norm", found.norms)] + weights.map { ("final.\($0.name)", $0.tensor) }
    for (name, tensor) in tensors {
      let error = relativeError(tensor, try fixture.tensor("float64.\(name)"))
      #expect(error <= Agreement.float64, "\(name)")
    }
    #expect(Set(tensors.map { "float64.\($0.0)" }) == Set(fixture.names("float64.")))
  }

  @Test("have transformers' losses in float32 with every kernel table")
  func float32() throws {
    let fixture = try Fixture("trajectory")
    let expected = try fixture.tensor("float32.loss").scalars
    for processor in Processor.supported(threads: 2) {
      let found = try processor.run { try train(fixture, .float32) }.losses.scalars
      #expect(found.count == expected.count)
      let apart = zip(found, expected).map { abs($0 - $1) }
      #expect(apart.allSatisfy { $0 <= Agreement.float32Loss }, "\(apart) with \(processor.instructionSet)")
    }
  }

  private func train(
    _ fixture: Fixture, _ type: ElementType
  ) throws -> (losses: Tensor, norms: Tensor, model: GPT) {
    var options = try fixture.options()
    options.gradientClip = try fixture.document["recipe"]["grad_clip"].number
    var model = try fixture.model(type).requiringGradient()
    var optimizer = AdamW(
      model, beta1: options.beta1, beta2: options.beta2,
      weightDecay: options.weightDecay)
    let tokens = try fixture.tensor("tokens")  // [steps, B, T + 1]
    #expect(tokens.shape[0] == options.maxIterations)
    var losses: [Double] = []
    var norms: [Double] = []
    for step in 0..<options.maxIterations {
      let batch = fixture.batch(tokens.rows(step..<(step + 1)).reshaped(to: Array(tokens.shape.dropFirst())))
      let loss = model.loss(inputs: batch.inputs, targets: batch.targets, batchSize: batch.batchSize)
      let gradients = loss.gradients(of: model.parameters)
      let norm = gradients.globalNorm
      let scale = clippingScale(norm: norm, limit: options.gradientClip)
      optimizer.update(
        &model, with: gradients,
        at: OptimizerStep(number: step + 1, learningRate: options.schedule(step), gradientScale: scale))
      losses.append(loss.item)
      norms.append(norm)
    }
    return (Tensor(losses, elementType: .float64), Tensor(norms, elementType: .float64), model)
  }
}
