import Randomness

/// Compares a function's gradients with central differences, as `torch.autograd.gradcheck` does.
///
/// Every entry of the Jacobian is compared: `|analytic − numeric| ≤ absolute + relative · |numeric|`, where numeric is
/// `(f(x + step) − f(x − step)) / (2 · step)`. A further upstream gradient of random numbers is checked against the
/// numeric Jacobian, since one-hot upstreams alone would not show how a pullback combines them.
public struct GradientCheck: Sendable {
  /// How far an input element is moved to each side.
  public var step = 1e-6
  /// The error allowed at a numeric derivative of 0.
  public var absoluteTolerance = 1e-5
  /// The error allowed beyond that, per unit of the numeric derivative.
  public var relativeTolerance = 1e-3

  /// PyTorch's numbers: step 1e-6, absolute 1e-5, relative 1e-3.
  public init() {}

  /// One derivative, computed both ways.
  public struct Element: Sendable {
    /// Which input, and which of its elements, row by row.
    public let input, index: Int
    /// Which element of the result, row by row; nil for the random upstream gradient.
    public let output: Int?
    /// By the pullback, and by central difference.
    public let analytic, numeric: Double
    /// `|analytic − numeric|` in units of what is allowed: the check passes up to 1. Infinite where either is NaN.
    public let error: Double
  }

  /// What a check found.
  public struct Report: Sendable {
    /// How many derivatives were compared.
    public fileprivate(set) var comparedCount = 0
    /// The one that agrees least; nil where there was nothing to compare.
    public fileprivate(set) var worst: Element?
    /// Whether all of them agree.
    public var passes: Bool { (worst?.error ?? 0) <= 1 }

    fileprivate mutating func add(_ element: Element) {
      comparedCount += 1
      if worst.map({ element.error > $0.error }) ?? true { worst = element }
    }

    /// The two reports as one.
    public func merged(with other: Report) -> Report {
      var sum = self
      sum.comparedCount = comparedCount + other.comparedCount
      if let theirs = other.worst, theirs.error > worst?.error ?? -1 { sum.worst = theirs }
      return sum
    }
  }

  /// Checks every derivative of `function` at `inputs`, which are float64 tensors. Traps where one is not.
  public func check(_ inputs: [Tensor], _ function: ([Tensor]) -> Tensor) -> Report {
    for input in inputs {
      require(input.elementType == .float64, "GradientCheck: inputs are float64, since differences cancel digits")
    }
    let variables = inputs.map { $0.requiringGradient() }
    let result = function(variables)
    let jacobian = numericJacobian(inputs, function)
    let random = Tensor(normal: 1, shape: result.shape, key: RandomKey(seed: 0x6772_6164), elementType: .float64)
    let weights = random.scalars

    var report = Report()
    for output in 0...result.count {
      // One-hot upstreams first, the random one last.
      let isRandom = output == result.count
      let upstream = isRandom ? random : Tensor.oneHot(output, shape: result.shape)
      let gradients = result.gradients(of: variables, upstream: upstream).map(\.scalars)
      for (input, gradient) in gradients.enumerated() {
        for (index, analytic) in gradient.enumerated() {
          let column = jacobian[input][index]
          let numeric = isRandom ? zip(column, weights).reduce(0) { $0 + $1.0 * $1.1 } : column[output]
          report.add(element(input, index, isRandom ? nil : output, analytic, numeric))
        }
      }
    }
    return report
  }

  private func element(
    _ input: Int, _ index: Int, _ output: Int?, _ analytic: Double, _ numeric: Double
  ) -> Element {
    let error = abs(analytic - numeric) / (absoluteTolerance + relativeTolerance * abs(numeric))
    return Element(
      input: input, index: index, output: output, analytic: analytic, numeric: numeric,
      error: error.isNaN ? .infinity : error)
  }

  /// `∂result/∂input[element]` by central difference, as `[input][element][output]`.
  private func numericJacobian(_ inputs: [Tensor], _ function: ([Tensor]) -> Tensor) -> [[[Double]]] {
    inputs.indices.map { input in
      let values = inputs[input].scalars
      return values.indices.map { index in
        func moved(by distance: Double) -> [Double] {
          var changed = values
          changed[index] += distance
          var arguments = inputs.map(\.detached)
          arguments[input] = Tensor(changed, shape: inputs[input].shape)
          return function(arguments).scalars
        }
        return zip(moved(by: step), moved(by: -step)).map { ($0 - $1) / (2 * step) }
      }
    }
  }
}

extension Tensor {
  fileprivate static func oneHot(_ index: Int, shape: [Int]) -> Tensor {
    var values = [Double](repeating: 0, count: Shape.count(shape))
    values[index] = 1
    return Tensor(values, shape: shape)
  }
}

extension Operation {
  /// Checks the operation at each of its samples and says how the worst of them fared.
  public func checkGradients(_ check: GradientCheck = GradientCheck()) -> GradientCheck.Report {
    samples.map { check.check($0.inputs, $0.function) }.reduce(GradientCheck.Report()) { $0.merged(with: $1) }
  }
}
