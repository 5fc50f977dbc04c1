import Autograd
import Layers
import Testing
import Transformer

@Suite("The model beside PyTorch")
struct ForwardAndBackwardTests {
  static let shapes = ["multi-head", "grouped-query", "sliding-window", "untied-head", "wide-head", "nanochat"]

  @Test("has the twin's logits, loss and gradients in float64", arguments: shapes)
  func float64(_ shape: String) throws {
    try compare(Fixture(shape), .float64, within: Agreement.float64)
  }

  @Test("has transformers' logits, loss and gradients in float32 with every kernel table", arguments: shapes)
  func float32(_ shape: String) throws {
    let fixture = try Fixture(shape)
    for processor in Processor.supported(threads: 2) {
      try processor.run { try compare(fixture, .float32, within: Agreement.float32) }
    }
  }

  private func compare(_ fixture: Fixture, _ type: ElementType, within bound: Double) throws {
    let model = try fixture.model(type).requiringGradient()
    let parameters = model.namedParameters
    let batch = fixture.batch(try fixture.tensor("tokens"))
    let loss = model.loss(inputs: batch.inputs, targets: batch.targets, batchSize: batch.batchSize)
    let gradients = loss.gradients(of: parameters.map(\.tensor))
    let named = zip(parameters, gradients).flatMap { parameter, gradient in
      fixture.config.peerTensors(parameter.name, gradient).map { ("gradient.\($0.name)", $0.tensor) }
    }
    let logits = model.detached.logits(batch.inputs, batchSize: batch.batchSize)
    let found = [("logits", logits), ("loss", loss)] + named
    for (name, tensor) in found {
      let error = relativeError(tensor, try fixture.tensor("\(type).\(name)"))
      #expect(error <= bound, "\(name) with \(Processor.current.instructionSet)")
    }
    #expect(Set(found.map { "\(type).\($0.0)" }) == Set(fixture.names("\(type).")))
  }
}
