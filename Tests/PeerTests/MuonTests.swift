import Autograd
import Files
import Layers
import Optimizers
import Testing
import Training
import Transformer

@Suite("Ten steps of Muon by the same gradients")
struct MuonTests {
  @Test("lead where the published algorithm does in float64: weights, and momentum")
  func float64() throws {
    let fixture = try Fixture("muon")
    try compare(fixture, .float64, within: Agreement.float64)
  }

  @Test("lead where the published algorithm does in float32 with every kernel table")
  func float32() throws {
    let fixture = try Fixture("muon")
    for processor in Processor.supported(threads: 2) {
      try processor.run { try compare(fixture, .float32, within: Agreement.float32) }
    }
  }

  /// PyTorch rounds what it orthogonalizes to bfloat16, and then three products in each of five iterations: sixteen
  /// roundings of at most 2⁻⁹, relative to the whole.
  static let bfloat16 = 16 * 0x1p-9

  @Test("move each matrix as torch.optim.Muon does, up to bfloat16")
  func torch() throws {
    let fixture = try Fixture("muon")
    let found = try train(fixture, .float64)
    let names = fixture.names("torch.final.").map { $0.dropFirst("torch.final.".count) }
    #expect(names.count == 6)  // of one block: queries, keys, values, output, and the MLP's two
    for name in names {
      let (start, end) = (try fixture.tensor("weight.\(name)"), try fixture.tensor("torch.final.\(name)"))
      let weights = try #require(found["final.\(name)"])
      let moved = weights - start.converted(to: .float64)
      let apart = weights - end.converted(to: .float64)
      #expect(apart.sumOfSquares.squareRoot() <= Self.bfloat16 * moved.sumOfSquares.squareRoot(), "\(name)")
    }
  }

  private func compare(_ fixture: Fixture, _ type: ElementType, within bound: Double) throws {
    let found = try train(fixture, type)
    for (name, tensor) in found {
      let error = relativeError(tensor, try fixture.tensor("\(type).\(name)"))
      #expect(error <= bound, "\(name) with \(Processor.current.instructionSet)")
    }
    #expect(Set(found.map { "\(type).\($0.key)" }) == Set(fixture.names("\(type).")))
  }

  /// The weights at the end and the momentum of the matrices, by the fixture's names.
  private func train(_ fixture: Fixture, _ type: ElementType) throws -> [String: Tensor] {
    let recipe = fixture.document["recipe"]
    let options = try fixture.options()
    let scales = try recipe["gradient_scales"].elements.map { try $0.number }
    var model = try fixture.model(type).requiringGradient()
    var optimizer = Muon(
      model, learningRate: options.learningRate, matrixLearningRate: try recipe["muon_lr"].number,
      momentum: try recipe["muon_momentum"].number, beta1: options.beta1, beta2: options.beta2,
      weightDecay: options.weightDecay)
    for step in 0..<options.maxIterations {
      optimizer.update(
        &model, with: try gradients(fixture, of: model, step: step),
        at: OptimizerStep(number: step + 1, learningRate: options.schedule(step), gradientScale: scales[step]))
    }
    let config = fixture.config
    let weights = model.detached.namedParameters.flatMap { config.peerTensors($0.name, $0.tensor) }
    let momentum = optimizer.namedState.filter { $0.name.hasPrefix("momentum_buffer.") }.flatMap {
      config.peerTensors(String($0.name.dropFirst("momentum_buffer.".count)), $0.tensor)
    }
    return Dictionary(
      uniqueKeysWithValues: weights.map { ("final.\($0.name)", $0.tensor) }
        + momentum.map { ("momentum.\($0.name)", $0.tensor) })
  }

  private func gradients(_ fixture: Fixture, of model: GPT, step: Int) throws -> [Tensor] {
    try model.namedParameters.map { name, weights in
      var gradient = Tensor.zeros(weights.shape, elementType: weights.elementType)
      var row = 0
      for part in fixture.config.peerTensors(name, weights.detached) {
        let all = try fixture.tensor("gradient.\(part.name)")  // [steps, …]
        gradient.replaceRows(from: row, with: all.rows(step..<(step + 1)).converted(to: weights.elementType))
        row += part.tensor.shape[0]
      }
      return gradient
    }
  }
}
