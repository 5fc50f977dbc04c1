import Autograd
import Testing

@Suite("Element types")
struct ElementTypeTests {
  let single = Tensor([0.1, 2])
  let double = Tensor([0.1, 3], elementType: .float64)

  @Test("that differ are computed in float64, and each variable gets its gradient in its own")
  func promotion() {
    let (a, b) = (single.requiringGradient(), double.requiringGradient())
    let product = a * b
    #expect(product.elementType == .float64 && product.scalars == [Double(Float(0.1)) * 0.1, 6])
    let gradients = product.sum().gradients(of: [a, b])
    #expect(gradients[0].elementType == .float32 && gradients[0].scalars == [Double(Float(0.1)), 3])
    #expect(gradients[1].elementType == .float64 && gradients[1].scalars == [Double(Float(0.1)), 2])
    #expect((double + single).elementType == .float64)
    #expect(Tensor.concatenate([single, double]).scalars == single.scalars + double.scalars)
    #expect(Tensor.matmul(single[0...].reshaped(to: [1, 2]), double.reshaped(to: [2, 1])).elementType == .float64)
    let custom = Tensor.operation("product", [a, b]) { inputs in
      let (a, b) = (inputs[0], inputs[1])
      return (a * b, { dy in [dy * b, dy * a] })
    }
    #expect(custom.sum().gradients(of: [a])[0].elementType == .float32)
  }

  @Test("of plain numbers are those of the tensor they meet")
  func numbers() {
    for x in [single, double] {
      let results = [
        x + 1, 2 - x, 0.5 * x, x / 3, x.power(2), x .< 0.1, .maximum(x, 1), .where(x .> 1, x, 0), .where(x, 0.1, x),
      ]
      #expect(results.allSatisfy { $0.elementType == x.elementType })
    }
    // 0.1 is rounded as the tensor's elements were.
    #expect((single .== 0.1).scalars == [1, 0])
    #expect((double .== 0.1).scalars == [1, 0])
  }

  @Test("are converted with a gradient that is rounded back, and not at all where they agree")
  func conversion() {
    let x = double.requiringGradient()
    let rounded = x.converted(to: .float32)
    #expect(rounded.scalars == [Double(Float(0.1)), 3] && rounded.elementType == .float32)
    let gradient = rounded.power(2).sum().gradients(of: [x])[0]
    #expect(gradient.elementType == .float64 && gradient.scalars[1] == 6)
    #expect(x.converted(to: .float64).recordedOperations.isEmpty)
  }
}
