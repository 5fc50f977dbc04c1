import Autograd
import Foundation
import Layers
import Optimizers
import Randomness
import Testing

/// A model of one tensor.
private struct Weights: Module {
  var values: Tensor
  mutating func visit<Failure>(_ visitor: ParameterVisitor<Failure>) throws(Failure) { try visitor("values", &values) }
}

@Suite("Optimization")
struct OptimizationTests {
  @Test("by AdamW follows the formula, and only matrices decay", arguments: [[2], [1, 2]])
  func adamW(shape: [Int]) {
    var model = Weights(values: Tensor([1.0, -2.0], shape: shape, elementType: .float64))
    var optimizer = AdamW(model, beta1: 0.9, beta2: 0.99, weightDecay: 0.1)
    var (w, m, v) = ([1.0, -2.0], [0.0, 0.0], [0.0, 0.0])
    for step in 1...5 {
      let gradient = [0.3 * Double(step), -1.0]
      optimizer.update(
        &model, with: [Tensor(gradient, shape: shape, elementType: .float64)],
        at: OptimizerStep(number: step, learningRate: 0.01, gradientScale: 0.5))
      for i in 0..<2 {
        let g = 0.5 * gradient[i]
        w[i] -= shape.count >= 2 ? 0.01 * 0.1 * w[i] : 0
        m[i] = 0.9 * m[i] + 0.1 * g
        v[i] = 0.99 * v[i] + 0.01 * g * g
        let corrected = (m[i] / (1 - pow(0.9, Double(step))), v[i] / (1 - pow(0.99, Double(step))))
        w[i] -= 0.01 * corrected.0 / (corrected.1.squareRoot() + 1e-8)
      }
    }
    // Float64 rounding over five steps.
    for (found, expected) in zip(model.values.scalars, w) { #expect(abs(found - expected) < 1e-14) }
    #expect(optimizer.nextStep.number == 6)
  }

  @Test("warms up, comes down by half a cosine, and stays")
  func schedule() {
    let rate = LearningRateSchedule(peak: 1, minimum: 0.1, warmupSteps: 4, decaySteps: 14)
    #expect((0..<4).map { rate($0) } == [0.2, 0.4, 0.6, 0.8])
    #expect(rate(4) == 1)
    #expect(abs(rate(9) - 0.55) < 1e-15)
    #expect(rate(14) == 0.1)
    #expect(rate(1_000) == 0.1)
    #expect(LearningRateSchedule(peak: 1, minimum: 0, warmupSteps: 0, decaySteps: 0)(0) == 0)
  }

  @Test("comes down by what is left, stretched or cut to a new end, without a jump")
  func refits() {
    let planned = LearningRateSchedule(peak: 1, minimum: 0.1, warmupSteps: 4, decaySteps: 14)
    var rate = planned
    rate.refits = [.init(step: 9, end: 19)]
    #expect((0...9).map { rate($0) } == (0...9).map { planned($0) })
    // Two steps for one: 5 were left, 10 are.
    for step in 0...5 { #expect(abs(rate(9 + 2 * step) - planned(9 + step)) < 1e-15) }
    #expect(rate(18) > 0.1 && rate(19) == 0.1)
    rate.refits = [.init(step: 4, end: 9), .init(step: 5, end: 13)]
    // One step takes two of ten, and the other eight take eight.
    #expect(abs(rate(5) - planned(6)) < 1e-15 && abs(rate(6) - planned(7)) < 1e-15)
    #expect(rate(12) > 0.1 && rate(13) == 0.1 && rate(1_000) == 0.1)
    rate.refits = [.init(step: 9, end: 10)]
    #expect(rate(9) == planned(9) && rate(10) == 0.1)
  }

  @Test("clips the gradients' global norm")
  func clipping() {
    let gradients = [
      Tensor([3.0], shape: [1], elementType: .float64), Tensor([0.0, 4.0], shape: [2], elementType: .float64),
    ]
    #expect(gradients.globalNorm == 5)
    #expect(abs(clippingScale(norm: 5, limit: 1) - 0.2) < 1e-6)
    #expect(clippingScale(norm: 0.5, limit: 1) == 1)
    #expect(clippingScale(norm: 5, limit: 0) == 1)
  }

  @Test("learns each group at its own rate, the first that includes a parameter holding")
  func groups() {
    struct Two: Module {
      var head = Linear(weight: Tensor([[1, 1]]), bias: Tensor([1]))
      var body = Linear(weight: Tensor([[1, 1]]), bias: Tensor([1]))
      mutating func visit<E>(_ visitor: ParameterVisitor<E>) throws(E) {
        try visitor("head", &head)
        try visitor("body", &body)
      }
    }
    var model = Two()
    let gradients = model.parameters.map { Tensor.ones($0.shape) }
    var optimizer = AdamW(
      model, learningRate: 0.1,
      groups: [.named("head", learningRateScale: 3), .matrices(learningRateScale: 0.5, weightDecay: 2), .others])
    optimizer.update(&model, with: gradients)
    // The first step of Adam is the learning rate against the gradient's sign, decay the rate's share λ before it.
    let expected = [1 - 0.3, 1 - 0.3, 1 - 0.05 * 2 - 0.05, 1 - 0.1]
    for (parameter, value) in zip(model.parameters, expected) {
      #expect(parameter.scalars.allSatisfy { abs($0 - value) < 1e-6 }, "\(parameter)")
    }
  }

  @Test("keeps its state under the parameters' names, and goes on from what is put in its place")
  func state() {
    var model = Weights(values: Tensor([1, -2]))
    var optimizer = AdamW(model, learningRate: 0.1)
    optimizer.update(&model, with: [Tensor([0.5, 1])])
    #expect(optimizer.namedState.map(\.name) == ["exp_avg.values", "exp_avg_sq.values"])
    let saved = Dictionary(uniqueKeysWithValues: optimizer.namedState)
    var (other, twin) = (AdamW(model, learningRate: 0.1), model)
    other.visitState { name, tensor in tensor = saved[name] ?? tensor }
    let step = OptimizerStep(number: 2, learningRate: 0.1)
    optimizer.update(&model, with: [Tensor([-1, 1])], at: step)
    other.update(&twin, with: [Tensor([-1, 1])], at: step)
    #expect(model.values.floats == twin.values.floats)
    #expect(model.values.floats != [1, -2])
  }
}
