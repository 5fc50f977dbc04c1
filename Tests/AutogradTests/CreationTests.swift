import Autograd
import Randomness
import Testing

@Suite("Making tensors")
struct CreationTests {
  @Test("of numbers gives float32 unless asked otherwise, and takes the shape of nested literals")
  func literals() {
    let flat = Tensor([1, 2, 3], shape: [3])
    #expect(flat.elementType == .float32 && flat.scalars == [1, 2, 3])
    #expect(Tensor([1.5, -2, 3], shape: [3, 1]).elementType == .float32)
    #expect(Tensor([0.1] as [Double], shape: [1]).scalars == [Double(Float(0.1))])
    #expect(Tensor([0.1], elementType: .float64).scalars == [0.1])
    #expect(Tensor([0.1 as Float], shape: [1], elementType: .float64).scalars == [Double(Float(0.1))])
    let matrix = Tensor([[1, 2.5], [3, 4]])
    #expect(matrix.shape == [2, 2] && matrix.scalars == [1, 2.5, 3, 4] && matrix.elementType == .float32)
    #expect(Tensor([[[1, 2]], [[3, 4]], [[5, 6]]]).shape == [3, 1, 2])
    #expect(Tensor(7).shape == [] && Tensor(0.5).item == 0.5)
    #expect(Tensor([[Double](), []]).shape == [2, 0])
    #expect(Tensor(2..<5).scalars == [2, 3, 4])
  }

  @Test("of one number everywhere")
  func constants() {
    #expect(Tensor.zeros([2, 2]).scalars == [0, 0, 0, 0])
    #expect(Tensor.ones([3], elementType: .float64).scalars == [1, 1, 1])
    #expect(Tensor.full([2, 0], 3).shape == [2, 0])
    #expect(Tensor.full([], 3).item == 3)
    for tensor in [Tensor.zeros([1]), .ones([1]), .full([1], 2), .uniform([1], key: key), .normal([1], key: key)] {
      #expect(tensor.elementType == .float32)
    }
  }

  private let key = RandomKey(seed: 4)

  @Test("of draws has the distribution's moments, and the same draws from the same key")
  func draws() {
    let count = 40_000  // some pieces of 2¹⁴ draws and a part of one
    let uniform = Tensor.uniform([200, 200], in: -1..<3, key: key)
    let normal = Tensor.normal([count], mean: 2, deviation: 0.5, key: key, elementType: .float64)
    #expect(uniform.scalars.allSatisfy { $0 >= -1 && $0 < 3 })
    // Five standard errors: σ/√n for a mean; σ² · √(0.8/n) and σ² · √(2/n) for a variance, by the kurtoses 1.8 and 3.
    let scale = 5 / Double(count).squareRoot()
    for (tensor, mean, variance, spread) in [(uniform, 1.0, 16.0 / 12, 0.8), (normal, 2.0, 0.25, 2.0)] {
      let found = tensor.mean().item
      let squares = (tensor - found).power(2).mean().item
      #expect(abs(found - mean) < scale * variance.squareRoot())
      #expect(abs(squares - variance) < scale * variance * spread.squareRoot())
    }
    #expect(normal.scalars == Tensor.normal([count], mean: 2, deviation: 0.5, key: key, elementType: .float64).scalars)
    #expect(uniform.scalars[17_000] == Double(Float(-1 + 4 * key.uniform(at: 17_000))))
    #expect(uniform.scalars != Tensor.uniform([200, 200], in: -1..<3, key: RandomKey(seed: 5)).scalars)
  }

  @Test("of uniform draws never reaches the upper bound by rounding")
  func upperBound() {
    // Between 1 and 1 + 2⁻²³ there is no float32: half of the draws would round up.
    #expect(Set(Tensor.uniform([100], in: 1..<(1 + 0x1p-23), key: key).scalars) == [1])
    #expect(Set(Tensor.uniform([100], in: 1..<1.0.nextUp, key: key, elementType: .float64).scalars) == [1])
  }

  @Test("traps where numbers do not fill the shape, rows differ in length, or there is nothing to draw from")
  func misuse() async {
    await #expect(processExitsWith: .failure) { _ = Tensor([1, 2, 3], shape: [2]) }
    await #expect(processExitsWith: .failure) { _ = Tensor([[1, 2], [3]]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.uniform([2], in: 1..<1, key: RandomKey(seed: 1)) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([-1]) }
  }
}
