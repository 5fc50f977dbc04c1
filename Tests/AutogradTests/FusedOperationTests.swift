import Autograd
import Foundation
import Randomness
import Testing

/// Each fused operation is held against its composition from elementary ones, values and gradients.
@Suite("A fused operation equals its composition")
struct FusedOperationTests {
  /// Float64 rounding of sums of a few dozen terms of order one.
  static let rounding = 1e-12

  /// Compares values and the gradients by every input under a random upstream gradient.
  private func expectEqual(
    _ inputs: [Tensor], _ fused: ([Tensor]) -> Tensor, _ composed: ([Tensor]) -> Tensor,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let variables = inputs.map { $0.requiringGradient() }
    let (a, b) = (fused(variables), composed(variables))
    #expect(a.shape == b.shape, sourceLocation: sourceLocation)
    let upstream = random(a.shape, 99)
    let gradients = zip(
      a.gradients(of: variables, upstream: upstream), b.gradients(of: variables, upstream: upstream))
    for (x, y) in [(a, b)] + Array(gradients) {
      let isNear = zip(x.scalars, y.scalars).allSatisfy { abs($0 - $1) < Self.rounding }
      #expect(isNear, sourceLocation: sourceLocation)
    }
  }

  private func random(_ shape: [Int], _ seed: UInt64) -> Tensor {
    .normal(shape, key: RandomKey(seed: seed), elementType: .float64)
  }

  @Test func linear() {
    expectEqual([random([2, 3, 4], 1), random([5, 4], 2), random([5], 3)]) {
      .linear($0[0], weight: $0[1], bias: $0[2])
    } _: {
      .matmul($0[0], $0[1], transposeB: true) + $0[2]
    }
  }

  @Test("linear after a layer norm") func linearAfterLayerNorm() {
    expectEqual([random([2, 3, 4], 1), random([4], 2), random([4], 3), random([5, 4], 4), random([5], 5)]) {
      .linear($0[0], weight: $0[3], bias: $0[4], after: .layerNorm(gain: $0[1], bias: $0[2], epsilon: 1e-3))
    } _: {
      .linear(
        .layerNorm($0[0], gain: $0[1], bias: $0[2], epsilon: 1e-3), weight: $0[3], bias: $0[4])
    }
  }

  @Test("linear after an RMS norm") func linearAfterRMSNorm() {
    expectEqual([random([2, 3, 4], 1), random([5, 4], 2)]) {
      .linear($0[0], weight: $0[1], after: .rmsNorm(epsilon: 1e-3))
    } _: {
      .linear(.rmsNorm($0[0], epsilon: 1e-3), weight: $0[1])
    }
  }

  @Test func rmsNorm() {
    expectEqual([random([2, 3, 4], 1)]) {
      .rmsNorm($0[0], epsilon: 1e-3)
    } _: {
      $0[0] / (($0[0] * $0[0]).mean(axes: [-1], keepingAxes: true) + 1e-3).sqrt()
    }
  }

  @Test func reluSquared() {
    expectEqual([random([17], 1)]) {
      $0[0].reluSquared()
    } _: {
      $0[0].relu() * $0[0].relu()
    }
  }

  @Test("linear after an activation", arguments: Activation.allCases)
  func linearAfterActivation(_ activation: Activation) {
    expectEqual([random([2, 3, 4], 1), random([5, 4], 2), random([5], 3)]) {
      .linear($0[0], weight: $0[1], bias: $0[2], after: .activation(activation))
    } _: {
      .linear(activation($0[0]), weight: $0[1], bias: $0[2])
    }
  }

  @Test("linear without bias") func linearWithoutBias() {
    expectEqual([random([2, 3, 4], 1), random([5, 4], 2)]) {
      .linear($0[0], weight: $0[1])
    } _: {
      .matmul($0[0], $0[1], transposeB: true)
    }
  }

  @Test("linear keeps nothing but its inputs, whatever its prologue", arguments: ["layerNorm", "gelu", "none"])
  func keepsInputsAlone(name: String) async {
    // In a process of its own: the count is the process's.
    await #expect(processExitsWith: .success) { [name] in
      let x = Tensor(repeating: 0.5, shape: [3, 4], elementType: .float32).requiringGradient()
      let gain = Tensor(repeating: 1, shape: [4], elementType: .float32)
      let weight = Tensor(repeating: 2, shape: [4, 4], elementType: .float32)
      let prologue: Prologue =
        switch name {
        case "layerNorm": .layerNorm(gain: gain, bias: gain)
        case "gelu": .activation(.gelu)
        default: .identity
        }
      let before = CachingAllocator.shared.liveCount
      let y = Tensor.linear(x, weight: weight, bias: gain, after: prologue)
      let kept = CachingAllocator.shared.liveCount - before
      require(kept == 1 && y.hasHistory, "after \(name), linear keeps \(kept - 1) tensors beside its inputs")
    }
  }

  @Test func layerNorm() {
    expectEqual([random([3, 7], 1), random([7], 2), random([7], 3)]) {
      .layerNorm($0[0], gain: $0[1], bias: $0[2], epsilon: 1e-3)
    } _: { inputs in
      let centred = inputs[0] - inputs[0].mean(axes: [-1], keepingAxes: true)
      let variance = (centred * centred).mean(axes: [-1], keepingAxes: true)
      return centred / (variance + 1e-3).sqrt() * inputs[1] + inputs[2]
    }
  }

  @Test func logSoftmax() {
    expectEqual([random([3, 5], 1)]) {
      $0[0].logSoftmax()
    } _: {
      $0[0].softmax().log()
    }
  }

  @Test func gelu() {
    expectEqual([random([17], 1)]) {
      $0[0].gelu()
    } _: { inputs in
      let x = inputs[0]
      return 0.5 * x * ((2 / Double.pi).squareRoot() * (x + 0.044715 * x.power(3))).tanh() + 0.5 * x
    }
  }

  @Test("linearCrossEntropy, in one chunk of rows and in several", arguments: [7, 20], [7, 8, 100])
  func linearCrossEntropy(rows: Int, rowsAtOnce: Int) {
    let targets = (0..<rows).map { Int32($0 % 3 == 2 ? -1 : $0 % 6) }
    let scored = targets.filter { $0 >= 0 }
    expectEqual([random([rows, 4], 1), random([6, 4], 2)]) {
      .linearCrossEntropy($0[0], weight: $0[1], targets: targets, rowsAtOnce: rowsAtOnce)
    } _: { inputs in
      let picked = targets.map { target in (0..<6).map { Double($0) == Double(target) ? 1.0 : 0.0 } }
      let oneHot = Tensor(picked, elementType: .float64)
      let logProbabilities = Tensor.matmul(inputs[0], inputs[1], transposeB: true).logSoftmax()
      return -(logProbabilities * oneHot).sum() / Double(scored.count)
    }
  }

  @Test("linearCrossEntropy of targets that are mixed with distributions", arguments: [2, 100])
  func softLinearCrossEntropy(rowsAtOnce: Int) {
    let (targets, weight) = ([Int32]([0, -1, 2, 1]), 0.7)
    let soft = random([4, 3], 5).softmax()
    expectEqual([random([4, 2], 1), random([3, 2], 2)]) {
      .linearCrossEntropy(
        $0[0], weight: $0[1], targets: targets, soft: SoftTargets(soft, weight: weight), rowsAtOnce: rowsAtOnce)
    } _: { inputs in
      let oneHot = Tensor([[1, 0, 0], [0, 0, 0], [0, 0, 1], [0, 1, 0]], elementType: .float64)
      let isScored = Tensor([[1], [0], [1], [1]], elementType: .float64)
      let wanted = (1 - weight) * oneHot + weight * soft * isScored
      return -(Tensor.matmul(inputs[0], inputs[1], transposeB: true).logSoftmax() * wanted).sum() / 3
    }
  }

  @Test("linearCrossEntropy of capped logits")
  func cappedLinearCrossEntropy() {
    let targets: [Int32] = [0, -1, 5, 2, 2]
    expectEqual([random([5, 4], 1), random([6, 4], 2)]) {
      .linearCrossEntropy($0[0], weight: $0[1], targets: targets, cappedAt: 1.5, rowsAtOnce: 2)
    } _: {
      let logits = 1.5 * (Tensor.matmul($0[0], $0[1], transposeB: true) / 1.5).tanh()
      // The identity as a head leaves the logits as they are.
      let head = Tensor((0..<36).map { $0 % 7 == 0 ? 1 : 0 }, shape: [6, 6], elementType: .float64)
      return .linearCrossEntropy(logits, weight: head, targets: targets)
    }
  }

  @Test("linearCrossEntropy's gradients do not depend on what their memory held", arguments: [0, 5])
  func linearCrossEntropyInUsedMemory(rows: Int) async {
    // In a process of its own: nobody else takes the memory.
    await #expect(processExitsWith: .success) { [rows] in
      let x = Tensor.normal([rows, 8], key: RandomKey(seed: 1))
      let weight = Tensor.normal([4_096, 8], key: RandomKey(seed: 2)).requiringGradient()
      let targets = [Int32](repeating: 3, count: rows)
      func gradient(memory value: Double?) -> [Float] {
        _ = value.map { Tensor.full(weight.shape, $0) }
        return Tensor.linearCrossEntropy(x, weight: weight, targets: targets, rowsAtOnce: 2).gradients(of: [weight])[0]
          .floats
      }
      let expected = gradient(memory: 0)
      require(expected.allSatisfy(\.isFinite), "not finite in memory of zeros")
      require(gradient(memory: .nan) == expected, "what was there is in the gradient")
    }
  }

  @Test func rotaryEmbedding() {
    let table = RotaryTable(headWidth: 4, positionCount: 9, elementType: .float64)
    expectEqual([random([2, 5, 12], 1)]) {
      $0[0].rotaryEmbedding(table, headCount: 2, firstPosition: 3)
    } _: { inputs in
      // x·cos + rotateHalf(x)·sin on the first two heads of width 4; the third is left alone.
      let heads = inputs[0].slice(0..<8, axis: 2).reshaped(to: [2, 5, 2, 4])
      let turned = Tensor.concatenate([-heads.slice(2..<4, axis: 3), heads.slice(0..<2, axis: 3)], axis: 3)
      let angles = (3..<8).flatMap { p in [0, 1, 0, 1].map { Double(p) * pow(10_000, -Double($0) / 2) } }
      let cosines = Tensor(angles.map { cos($0) }, shape: [5, 1, 4], elementType: .float64)
      let sines = Tensor(angles.map { sin($0) }, shape: [5, 1, 4], elementType: .float64)
      let rotated = (heads * cosines + turned * sines).reshaped(to: [2, 5, 8])
      return .concatenate([rotated, inputs[0].slice(8..<12, axis: 2)], axis: 2)
    }
  }

  @Test("normalizedRotaryEmbedding, whichever of the two comes first")
  func normalizedRotaryEmbedding() {
    let table = RotaryTable(headWidth: 4, positionCount: 9, elementType: .float64)
    let normalized = { (x: Tensor) in
      let heads = Tensor.rmsNorm(x.slice(0..<8, axis: 2).reshaped(to: [2, 5, 2, 4])).reshaped(to: [2, 5, 8])
      return Tensor.concatenate([heads, x.slice(8..<12, axis: 2)], axis: 2)
    }
    let fused = { (inputs: [Tensor]) in
      inputs[0].normalizedRotaryEmbedding(table, headCount: 2, firstPosition: 3)
    }
    expectEqual([random([2, 5, 12], 1)], fused) {
      normalized($0[0].rotaryEmbedding(table, headCount: 2, firstPosition: 3))
    }
    expectEqual([random([2, 5, 12], 1)], fused) {
      normalized($0[0]).rotaryEmbedding(table, headCount: 2, firstPosition: 3)
    }
  }

  @Test("a clockwise rotation turns back what the other turns")
  func clockwise() {
    let x = random([5, 8], 1)
    let tables = [false, true].map {
      RotaryTable(headWidth: 4, positionCount: 9, isClockwise: $0, elementType: .float64)
    }
    let there = x.rotaryEmbedding(tables[0], headCount: 2, firstPosition: 3)
    let back = there.rotaryEmbedding(tables[1], headCount: 2, firstPosition: 3)
    #expect(zip(there.scalars, x.scalars).contains { abs($0 - $1) > 0.1 })
    #expect(zip(back.scalars, x.scalars).allSatisfy { abs($0 - $1) < Self.rounding })
  }

  static let masks: [AttentionMask] = [.none, .causal, .window(1), .window(3), .window(50)]

  @Test("attention", arguments: masks, [(heads: 2, groups: 2), (heads: 4, groups: 2), (heads: 3, groups: 1)])
  func attention(mask: AttentionMask, form: (heads: Int, groups: Int)) {
    let (batch, width, queryLength, keyLength) = (2, 4, 5, 7)
    let q = random([batch, queryLength, form.heads, width], 1)
    let k = random([batch, keyLength, form.groups, width], 2)
    let v = random([batch, keyLength, form.groups, width], 3)
    expectEqual([q, k, v]) {
      .attention(queries: $0[0], keys: $0[1], values: $0[2], mask: mask)
    } _: { inputs in
      // Key head g serves query heads g·r … g·r + r − 1.
      let repeats = form.heads / form.groups
      let spread = { (x: Tensor) in
        x.transposed([0, 2, 1, 3]).reshaped(to: [batch, form.groups, 1, keyLength, width])
          .broadcast(to: [batch, form.groups, repeats, keyLength, width])
          .reshaped(to: [batch, form.heads, keyLength, width])
      }
      let scores = Tensor.matmul(inputs[0].transposed([0, 2, 1, 3]), spread(inputs[1]), transposeB: true) * 0.5
      let bias = Self.bias(mask, queryLength: queryLength, keyLength: keyLength)
      return Tensor.matmul((scores + bias).softmax(), spread(inputs[2])).transposed([0, 2, 1, 3])
    }
  }

  /// 0 where a query sees a key, a number that softmax turns into 0 where it does not.
  private static func bias(_ mask: AttentionMask, queryLength: Int, keyLength: Int) -> Tensor {
    let values = (0..<queryLength).flatMap { query in
      (0..<keyLength).map { key in
        let position = query + keyLength - queryLength
        let isSeen =
          switch mask {
          case .none: true
          case .causal: key <= position
          case .window(let width): key <= position && key > position - width
          }
        return isSeen ? 0.0 : -1e9
      }
    }
    return Tensor(values, shape: [queryLength, keyLength], elementType: .float64)
  }

  @Test("attention over packed queries, keys and values equals attention over the parts")
  func packedAttention() {
    expectEqual([random([2, 6, 16], 1)]) {
      .attention(packed: $0[0], headCount: 2, keyValueHeadCount: 1, mask: .causal)
    } _: { inputs in
      let part = { (range: Range<Int>, heads: Int) in
        inputs[0].slice(range, axis: 2).reshaped(to: [2, 6, heads, 4])
      }
      return Tensor.attention(queries: part(0..<8, 2), keys: part(8..<12, 1), values: part(12..<16, 1), mask: .causal)
        .reshaped(to: [2, 6, 8])
    }
  }

  @Test("the weights for inspection are those that attention uses", arguments: masks)
  func attentionWeights(mask: AttentionMask) {
    let (q, k, v) = (random([2, 5, 4, 4], 1), random([2, 7, 2, 4], 2), random([2, 7, 2, 4], 3))
    let weights = Tensor.attentionWeights(queries: q, keys: k, mask: mask)
    #expect(weights.shape == [2, 4, 5, 7])
    for sum in weights.sum(axes: [-1]).scalars { #expect(abs(sum - 1) < Self.rounding) }
    let spread = v.transposed([0, 2, 1, 3]).reshaped(to: [2, 2, 1, 7, 4]).broadcast(to: [2, 2, 2, 7, 4])
    let mixed = Tensor.matmul(weights, spread.reshaped(to: [2, 4, 7, 4])).transposed([0, 2, 1, 3])
    let attended = Tensor.attention(queries: q, keys: k, values: v, mask: mask)
    for (x, y) in zip(mixed.scalars, attended.scalars) { #expect(abs(x - y) < Self.rounding) }
  }
}
