import Autograd
import Synchronization
import Testing

/// A way for a pullback to be wrong in one of the gradients that it returns.
enum WrongGradient: CaseIterable {
  case onePercentInOneElement, factor, sign, swappedElements, zero

  /// The gradient made wrong. The same where that is no change: of zeros; swapped, where all elements are equal.
  func applied(to gradient: Tensor) -> Tensor {
    var values = gradient.scalars
    // What is done to one element is done to the largest; swapped are the largest and the smallest.
    let order = values.indices.sorted { values[$0] < values[$1] }
    guard let smallest = order.first, let largest = order.last else { return gradient }
    switch self {
    case .onePercentInOneElement:
      values[abs(values[largest]) < abs(values[smallest]) ? smallest : largest] *= 1.01
    case .factor: values = values.map { 1.05 * $0 }
    case .sign: values = values.map { -$0 }
    case .swappedElements: values.swapAt(smallest, largest)
    case .zero: values = values.map { _ in 0 }
    }
    return Tensor(values, shape: gradient.shape, elementType: gradient.elementType)
  }

  /// `operation`'s pullbacks with their gradient number `place` made wrong.
  func alteration(of operation: Operation, gradient place: Int) -> PullbackAlteration {
    { recorded, gradients in
      guard recorded == operation, place < gradients.count else { return gradients }
      var wrong = gradients
      wrong[place] = gradients[place].map(applied)
      return wrong
    }
  }
}

/// A check that passes says something only if it would not pass for a wrong gradient: here every row of the table is
/// run again with the pullback's result made wrong, in each of its gradients and in every way.
@Suite("A wrong gradient")
struct WrongGradientTests {
  @Test("does not pass the check, whichever it is and however it is wrong", arguments: Operation.allCases)
  func isCaught(_ operation: Operation) {
    let samples = operation.samples
    let gradientCount = samples.map { numberOfGradients(operation, $0) }.max() ?? 0
    #expect(gradientCount > 0)
    for place in 0..<gradientCount {
      for wrong in WrongGradient.allCases {
        var check = GradientCheck()
        check.alteration = wrong.alteration(of: operation, gradient: place)
        let shown = samples.filter { matters(check, $0) }
        #expect(!shown.isEmpty, "\(operation): no sample shows \(wrong) in gradient \(place)")
        for sample in shown {
          let report = check.check(sample.inputs, sample.function)
          #expect(!report.passes, "\(operation), \(sample.name): \(wrong) in gradient \(place) passes")
        }
      }
    }
  }

  /// How many gradients the operation's pullback returns.
  private func numberOfGradients(_ operation: Operation, _ sample: OperationSample) -> Int {
    let largest = Mutex(0)
    let variables = sample.inputs.map { $0.requiringGradient() }
    let result = sample.function(variables)
    let upstream = GradientCheck().randomUpstream(of: result.shape)
    _ = result.gradients(of: variables, upstream: upstream) { recorded, gradients in
      if recorded == operation { largest.withLock { $0 = max($0, gradients.count) } }
      return gradients
    }
    return largest.withLock(\.self)
  }

  /// Whether the alteration moves a gradient of the sample by more than what the check allows for its own error and
  /// for the alteration's together: then it has to fail. Not where the gradient is 0 or as small as the tolerance,
  /// where swapped elements are equal, nor where the sample adds up again what was swapped.
  private func matters(_ check: GradientCheck, _ sample: OperationSample) -> Bool {
    let variables = sample.inputs.map { $0.requiringGradient() }
    let result = sample.function(variables)
    let upstream = check.randomUpstream(of: result.shape)
    let right = result.gradients(of: variables, upstream: upstream, keepingGraph: true).flatMap(\.scalars)
    let wrong = result.gradients(of: variables, upstream: upstream, altering: check.alteration).flatMap(\.scalars)
    return zip(right, wrong).contains { abs($0 - $1) > 2 * check.allowedError(at: $0) }
  }
}
