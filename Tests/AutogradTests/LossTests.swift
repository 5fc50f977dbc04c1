import Autograd
import Foundation
import Randomness
import Testing

@Suite("Losses")
struct LossTests {
  @Test("of squared errors are their mean")
  func squaredError() {
    #expect(meanSquaredError(Tensor([[1], [2], [4], [0]]), Tensor([[1], [4], [0], [0]])).item == 5)
  }

  @Test("of squared errors do not broadcast: a column and a row are no pairs")
  func broadcasting() async {
    await #expect(processExitsWith: .failure) { _ = meanSquaredError(Tensor.ones([3, 1]), Tensor.ones([3])) }
  }

  @Test("of classes are the mean cross-entropy of the rows that are scored")
  func crossEntropyOfRows() {
    let logits = Tensor([[[0, 0, 0]], [[1, 2, 3]], [[5, 5, 5]]], elementType: .float64)
    let last = log(exp(1.0) + exp(2.0) + exp(3.0)) - 2.0
    // Each differs from the exact value by a few roundings of numbers of order 1.
    #expect(abs(crossEntropy(logits: logits, targets: [2, 1, -1]).item - (log(3.0) + last) / 2) < 1e-15)
    #expect(crossEntropy(logits: logits, targets: [-1, -1, -1]).item == 0)
  }

  @Test("of classes are those of a linear head of one identity matrix, and so are their gradients")
  func agreesWithTheFusedLoss() {
    let logits = Tensor.normal([4, 3], key: RandomKey(seed: 1), elementType: .float64)
    let identity = Tensor([[1, 0, 0], [0, 1, 0], [0, 0, 1]], elementType: .float64)
    let targets: [Int32] = [2, -1, 0, 1]
    let plain = valueAndGradient(at: logits) { crossEntropy(logits: $0, targets: targets) }
    let fused = valueAndGradient(at: logits) { .linearCrossEntropy($0, weight: identity, targets: targets) }
    let pairs = zip([plain.value.item] + plain.gradient.scalars, [fused.value.item] + fused.gradient.scalars)
    // Sums of a few float64 of order 1.
    for (a, b) in pairs { #expect(abs(a - b) < 1e-15) }
    #expect(plain.gradient.scalars[3..<6] == [0, 0, 0])
  }

  @Test("give values and gradients of functions of tensors at once")
  func valuesAndGradients() {
    let (value, gradients) = valueAndGradients(at: [Tensor([1, 2]), Tensor(3)]) { ($0[0] * $0[1]).sum() }
    #expect(value.item == 9 && !value.hasHistory)
    #expect(gradients.map(\.scalars) == [[3, 3], [3]])
    struct Refusal: Error {}
    let refuse = { (_: Tensor) throws(Refusal) -> Tensor in throw Refusal() }
    #expect(throws: Refusal.self) { try valueAndGradient(at: Tensor(1), of: refuse) }
  }

  @Test("trap where classes and logits do not fit")
  func misuse() async {
    await #expect(processExitsWith: .failure) { _ = crossEntropy(logits: Tensor.ones([2, 3]), targets: [0, 3]) }
    await #expect(processExitsWith: .failure) { _ = crossEntropy(logits: Tensor.ones([2, 3]), targets: [0]) }
  }
}
