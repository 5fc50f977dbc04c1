import Autograd
import Testing

@Suite("Arithmetic in place")
struct InPlaceTests {
  private func address(_ x: Tensor) -> UnsafeRawPointer? { x.withUnsafeBytes { $0.baseAddress } }

  @Test("computes what the operators do, where the tensor lies")
  func values() {
    var x = Tensor([[1, 2], [3, 4]])
    let place = address(x)
    x += Tensor([10, 20])
    #expect(x.scalars == [11, 22, 13, 24])
    x -= Tensor([[1], [2]])
    #expect(x.scalars == [10, 21, 11, 22])
    x *= Tensor(2)
    x /= Tensor([[4, 2], [11, 1]])
    #expect(x.scalars == [5, 21, 2, 44])
    x += 1
    x -= 3
    x *= 2
    x /= 4
    #expect(x.scalars == [1.5, 9.5, 0, 21])
    #expect(address(x) == place)
  }

  @Test("leaves copies alone, also of itself")
  func copies() {
    var x = Tensor([1, 2])
    let copy = x
    x += 1
    x *= x
    #expect(x.scalars == [4, 9] && copy.scalars == [1, 2])
  }

  @Test("is recorded where a side has history")
  func history() {
    let v = Tensor([3, 5]).requiringGradient()
    var x = v
    x *= v
    x *= 2
    #expect(x.sum().gradients(of: [v])[0].scalars == [12, 20])
    var constant = Tensor([1, 2])
    constant -= v
    #expect(constant.scalars == [-2, -3] && constant.hasHistory)
  }

  @Test("of values leaves a variable a variable and a constant a constant, and copies nothing")
  func updatingValues() {
    var x = Tensor([3, 5]).requiringGradient()
    let place = address(x)
    x.updateValues { $0 -= 0.5 * Tensor([2, 4]) }
    #expect(x.scalars == [2, 3] && address(x) == place)
    #expect((x * x).sum().gradients(of: [x])[0].scalars == [4, 6])
    var constant = Tensor([1])
    constant.updateValues { $0 += 1 }
    #expect(constant.item == 2 && !constant.hasHistory)
  }

  @Test("keeps the element type")
  func elementType() {
    var x = Tensor([1])
    x += Tensor([0.1], elementType: .float64)
    #expect(x.elementType == .float32 && x.scalars == [Double(Float(1.1))])
  }

  @Test("traps where it would change the shape")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var x = Tensor.ones([3])
      x += Tensor.ones([2, 3])
    }
  }
}
