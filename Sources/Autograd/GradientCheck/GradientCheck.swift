import Randomness

/// Compares a function's gradients with central differences, as `torch.autograd.gradcheck` does.
///
/// An input x is moved along a direction d, which is one of its elements or all of them at once. Under an upstream
/// gradient u, `numeric = ⟨u, f(x + step · d) − f(x − step · d)⟩ / (2 · step)` and `analytic = ⟨pullback(u), d⟩`; they agree
/// where `|analytic − numeric| ≤ absoluteTolerance + relativeTolerance · |numeric|`.
///
///     let report = GradientCheck().check([w, b]) { ($0[0] * x + $0[1]).tanh().sum() }
///     if !report.passes { print(report.worst) }
public struct GradientCheck: Sendable {
  /// Which derivatives are compared.
  public enum Mode: Sendable, Hashable {
    /// Every entry of the Jacobian, and every element's derivative under a random upstream gradient.
    case jacobian
    /// This many random elements of each input (all if it has no more), under a random upstream gradient.
    case elements(Int)
    /// This many random directions in each input, each perturbing all its elements, under a random upstream gradient.
    /// Two calls of the function a direction, whatever the sizes; an error of one element is diluted by the others.
    case directions(Int)
  }

  /// Which derivatives are compared.
  public var mode: Mode
  /// The step h of the central difference.
  public var step = 1e-6
  /// The error allowed at a numeric derivative of 0.
  public var absoluteTolerance = 1e-5
  /// The error allowed beyond that, per unit of the numeric derivative.
  public var relativeTolerance = 1e-3
  /// The seed for upstream gradients, elements and directions.
  public var seed: UInt64 = 1
  /// What a pullback's gradients are replaced by before they go on: tests put a wrong pullback here.
  package var alteration: PullbackAlteration?

  /// PyTorch's numbers: step 1e-6, absolute 1e-5, relative 1e-3.
  public init(_ mode: Mode = .jacobian) { self.mode = mode }

  /// The largest difference that counts as agreement with a derivative.
  public func allowedError(at derivative: Double) -> Double {
    absoluteTolerance + relativeTolerance * abs(derivative)
  }

  /// Checks the derivatives of `function` at `inputs`, as `mode` says.
  ///
  /// `function` gets the inputs in float64, since differences cancel digits; what else it computes with is promoted to
  /// float64 where it meets them. Traps if the result depends on no input, or `mode` asks for less than one.
  public func check(_ inputs: [Tensor], _ function: ([Tensor]) -> Tensor) -> Report {
    let inputs = inputs.map { $0.detached.converted(to: .float64) }
    let variables = inputs.map { $0.requiringGradient() }
    let result = function(variables)
    let probes = inputs.indices.flatMap { self.probes(ofInput: $0, shape: inputs[$0].shape) }
    let slopes = probes.map { slope(of: function, at: inputs, along: $0) }
    var report = Report()
    for upstream in upstreams(of: result.shape) {
      let gradients = result.gradients(
        of: variables, upstream: upstream.tensor, keepingGraph: true, altering: alteration
      ).map(\.scalars)
      for (probe, slope) in zip(probes, slopes) {
        report.add(
          Derivative(
            input: probe.input, index: probe.index(in: inputs[probe.input].shape), output: upstream.output,
            analytic: probe.along(gradients[probe.input]), numeric: upstream.weighted(slope), allowed: allowedError))
      }
    }
    return report
  }

  /// `(f(x + step · d) − f(x − step · d)) / (2 · step)`, element by element of the result.
  private func slope(of function: ([Tensor]) -> Tensor, at inputs: [Tensor], along probe: GradientProbe) -> [Double] {
    func moved(by distance: Double) -> [Double] {
      var arguments = inputs
      let input = inputs[probe.input]
      arguments[probe.input] = Tensor(
        probe.moved(input.scalars, by: distance), shape: input.shape, elementType: .float64)
      return function(arguments).scalars
    }
    return zip(moved(by: step), moved(by: -step)).map { ($0 - $1) / (2 * step) }
  }
}

// MARK: - What is compared

extension GradientCheck {
  /// The upstream gradients that the mode asks for: the random one last.
  private func upstreams(of shape: [Int]) -> [Upstream] {
    let random = randomUpstream(of: shape)
    let weighted = Upstream(tensor: random, weights: random.scalars)
    guard mode == .jacobian else { return [weighted] }
    return (0..<Shape.count(shape)).map { Upstream(oneHot: $0, shape: shape) } + [weighted]
  }

  /// The random upstream gradient of a result: of either sign, and at least ½, so that none hides what it weighs.
  package func randomUpstream(of shape: [Int]) -> Tensor {
    let key = RandomKey(seed: seed).derived(by: 0)
    let draws = (0..<Shape.count(shape)).map { 2 * key.uniform(at: UInt64($0)) - 1 }
    return Tensor(draws.map { $0 < 0 ? $0 - 0.5 : $0 + 0.5 }, shape: shape, elementType: .float64)
  }

  private func probes(ofInput input: Int, shape: [Int]) -> [GradientProbe] {
    let key = RandomKey(seed: seed).derived(by: 1, UInt64(input))
    let count = Shape.count(shape)
    switch mode {
    case .jacobian:
      return (0..<count).map { GradientProbe(input: input, direction: .element($0)) }
    case .elements(let wanted):
      require(wanted >= 1, "GradientCheck: \(wanted) elements of each input")
      return key.indices(wanted, below: count).map { GradientProbe(input: input, direction: .element($0)) }
    case .directions(let wanted):
      require(wanted >= 1, "GradientCheck: \(wanted) directions in each input")
      return (0..<(count == 0 ? 0 : wanted)).map { number in
        let key = key.derived(by: UInt64(number))
        let signs = (0..<count).map { key.uniform(at: UInt64($0)) < 0.5 ? -1.0 : 1.0 }
        return GradientProbe(input: input, direction: .signs(signs))
      }
    }
  }
}

extension RandomKey {
  /// `wanted` different indices of `0 ..< count`, ascending; all of them where there are no more.
  fileprivate func indices(_ wanted: Int, below count: Int) -> [Int] {
    guard wanted < count else { return Array(0..<count) }
    // Floyd's sampling: J. Bentley & B. Floyd, "A sample of brilliance", 1987, https://doi.org/10.1145/30401.315746
    var chosen = Set<Int>()
    for last in (count - wanted)..<count {
      let draw = index(at: UInt64(last), below: last + 1)
      if !chosen.insert(draw).inserted { chosen.insert(last) }
    }
    return chosen.sorted()
  }
}
