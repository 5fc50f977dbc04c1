import Autograd
import Testing

@Suite("Gradients")
struct GradientCheckTests {
  @Test("agree with central differences within PyTorch's bounds", arguments: Operation.allCases)
  func operationPasses(_ operation: Operation) {
    let report = operation.checkGradients()
    #expect(report.passes, "\(operation): \(String(describing: report.worst))")
    #expect(report.comparedCount > 0)
  }

  @Test("are checked on the operation that the row names", arguments: Operation.allCases)
  func rowRecordsItsOwnCase(_ operation: Operation) {
    for sample in operation.samples {
      let result = sample.function(sample.inputs.map { $0.requiringGradient() })
      #expect(result.recordedOperations.contains(operation), "\(operation): \(sample.name)")
    }
  }

  @Test("that are wrong do not pass")
  func wrongGradientFails() {
    let x = Tensor([0.3, -1.2, 2.0], shape: [3])
    let factor = GradientCheck().check([x]) { inputs in
      Tensor.record(.exp, inputs) { values in
        let y = values[0].exp()
        return (y, { dy in [dy * y * 1.01] })
      }
    }
    #expect(!factor.passes)
    let missing = GradientCheck().check([x]) { inputs in
      Tensor.record(.exp, inputs) { values in (values[0].exp(), { _ in [nil] }) }
    }
    #expect(!missing.passes)
    let passing = GradientCheck().check([x]) { $0[0].exp() }
    let notANumber = GradientCheck().check([x]) { $0[0].log() }
    #expect(!notANumber.passes)
    #expect(!notANumber.merged(with: passing).passes)
    #expect(!passing.merged(with: notANumber).passes)
  }
}
