import Autograd
import Testing

@Suite("Gradients")
struct GradientCheckTests {
  @Test("agree with central differences within PyTorch's bounds", arguments: Operation.allCases)
  func operationPasses(_ operation: Operation) {
    let rows = operation.checkGradients()
    for (sample, report) in rows {
      #expect(report.passes, "\(operation), \(sample): \(String(describing: report.worst))")
    }
    #expect(rows.reduce(0) { $0 + $1.report.comparedCount } > 0)
    #expect(Set(rows.map(\.sample)).count == rows.count, "two samples of \(operation) share a name")
  }

  @Test("agree along random directions too", arguments: Operation.allCases)
  func directions(_ operation: Operation) {
    for (sample, report) in operation.checkGradients(GradientCheck(.directions(2))) {
      #expect(report.passes, "\(operation), \(sample): \(String(describing: report.worst))")
    }
  }

  @Test("are checked on the operation that the row names", arguments: Operation.allCases)
  func rowRecordsItsOwnCase(_ operation: Operation) {
    for sample in operation.samples {
      let result = sample.function(sample.inputs.map { $0.requiringGradient() })
      #expect(result.recordedOperations.contains(operation), "\(operation): \(sample.name)")
    }
  }
}

@Suite("The gradient check")
struct GradientCheckReportTests {
  /// eˣ with a pullback of its own.
  private func exponential(
    _ pullback: @escaping @Sendable (_ dy: Tensor, _ y: Tensor) -> Tensor?
  ) -> ([Tensor]) -> Tensor {
    { inputs in
      .operation("exponential", inputs) { values in
        let y = values[0].exp()
        return (y, { dy in [pullback(dy, y)] })
      }
    }
  }

  private let x = Tensor([[0.3, -1.2, 2], [0.1, 0.7, -0.4]], elementType: .float64)
  static let modes: [GradientCheck.Mode] = [.jacobian, .elements(6), .elements(1), .directions(3)]

  @Test("tells a right pullback from a wrong one in every mode", arguments: modes)
  func everyMode(_ mode: GradientCheck.Mode) {
    let check = GradientCheck(mode)
    #expect(check.check([x], exponential { $0 * $1 }).passes)
    #expect(!check.check([x], exponential { $0 * $1 * 1.01 }).passes)
    #expect(!check.check([x], exponential { _, _ in nil }).passes)
  }

  @Test("names the worst derivative: its input, its place, and both its values")
  func worstDerivative() throws {
    var nudge = [Double](repeating: 1, count: 6)
    nudge[4] = 1.02
    let wrong = Tensor(nudge, shape: [2, 3], elementType: .float64)
    let report = GradientCheck().check([Tensor([1]), x]) { inputs in
      exponential { $0 * $1 * wrong }([inputs[1]]) * inputs[0]
    }
    let worst = try #require(report.worst)
    #expect(worst.input == 1 && worst.index == [1, 1])
    #expect(abs(worst.analytic / worst.numeric - 1.02) < 1e-6)
    #expect(abs(worst.error - 0.02 * worst.numeric.magnitude / (1e-5 + 1e-3 * worst.numeric.magnitude)) < 1e-3)
    #expect(worst.description.hasPrefix("input 1 at [1, 1]"))
  }

  @Test("compares as many derivatives as its mode says")
  func counts() {
    let function = { (inputs: [Tensor]) in inputs[0].exp() + inputs[1] }
    let row = Tensor([1, 2, 3], elementType: .float64)
    let compared = { (mode: GradientCheck.Mode) in GradientCheck(mode).check([x, row], function).comparedCount }
    // Six results and a random upstream, by nine elements.
    #expect(compared(.jacobian) == 7 * 9)
    #expect(compared(.elements(4)) == 4 + 3)
    #expect(compared(.directions(5)) == 2 * 5)
  }

  @Test("draws other elements and directions from another seed, and the same from the same")
  func seeds() {
    let report = { (mode: GradientCheck.Mode, seed: UInt64) in
      var check = GradientCheck(mode)
      check.seed = seed
      return check.check([x], exponential { $0 * $1 }).worst?.numeric
    }
    for mode in [GradientCheck.Mode.elements(2), .directions(2)] {
      #expect(report(mode, 1) == report(mode, 1))
      #expect(Set((1...8 as ClosedRange<UInt64>).map { report(mode, $0) }).count > 1)
    }
  }

  @Test("takes what is not a number for a failure, also when reports are merged")
  func notANumber() {
    let passing = GradientCheck().check([x], exponential { $0 * $1 })
    let notANumber = GradientCheck().check([x]) { $0[0].log() }
    #expect(!notANumber.passes)
    #expect(!notANumber.merged(with: passing).passes)
    #expect(!passing.merged(with: notANumber).passes)
    #expect(passing.merged(with: passing).comparedCount == 2 * passing.comparedCount)
  }

  @Test("computes in float64 whatever it is given, constants of the function included")
  func elementTypes() {
    let x = Tensor([0.3, -1.2, 2])
    let weights = Tensor([1, 0.5, -2])
    let report = GradientCheck().check([x]) { inputs in
      #expect(inputs[0].elementType == .float64)
      let y = inputs[0].exp() * weights
      #expect(y.elementType == .float64)
      return y
    }
    #expect(report.passes)
    // A result that the function itself rounds is differentiated in its own element type.
    #expect(GradientCheck().check([x * 1e-5]) { $0[0].converted(to: .float32) }.passes)
  }

  @Test("traps where it would compare nothing")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      _ = GradientCheck(.elements(0)).check([Tensor([1])]) { $0[0].exp() }
    }
  }
}
