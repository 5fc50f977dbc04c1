import Autograd
import Testing

@Suite("Comparison and selection")
struct SelectionTests {
  let x = Tensor([1, 2, .nan, 3])
  let y = Tensor([2, 2, 2, .nan])

  @Test("compare as IEEE 754 does: NaN to nothing")
  func comparison() {
    #expect((x .< y).scalars == [1, 0, 0, 0])
    #expect((x .<= y).scalars == [1, 1, 0, 0])
    #expect((x .> y).scalars == [0, 0, 0, 0])
    #expect((x .>= y).scalars == [0, 1, 0, 0])
    #expect((x .== y).scalars == [0, 1, 0, 0])
    #expect((x .!= y).scalars == [1, 0, 1, 1])
    #expect((x .< 2).scalars == [1, 0, 0, 0] && (x .<= 2).scalars == [1, 1, 0, 0])
    #expect((2 .< x).scalars == [0, 0, 0, 1] && (2 .>= x).scalars == [1, 1, 0, 0])
    #expect((x .> 2).scalars == [0, 0, 0, 1] && (2 .!= x).scalars == [1, 0, 1, 1])
  }

  @Test("broadcast, in each element type, over more elements than one piece of work", arguments: ElementType.allCases)
  func broadcasting(_ type: ElementType) {
    let rows = Tensor(0..<300, elementType: type).reshaped(to: [300, 1])
    let columns = Tensor(0..<100, elementType: type)
    let isBelow = rows .< columns
    #expect(isBelow.shape == [300, 100] && isBelow.elementType == type)
    #expect(isBelow.sum().item == 99 * 100 / 2)
    let larger = Tensor.where(isBelow, columns, rows)
    #expect(larger.scalars == (0..<300).flatMap { row in (0..<100).map { Double(max(row, $0)) } })
  }

  @Test("of a comparison has no history")
  func history() {
    let x = Tensor([1, -1]).requiringGradient()
    #expect(!(x .> 0).hasHistory)
    let chosen = Tensor.where(x .> 0, 3 * x, 5 * x)
    #expect(chosen.scalars == [3, -5])
    #expect(chosen.sum().gradients(of: [x])[0].scalars == [3, 5])
    #expect(!Tensor.where(x, Tensor([1, 2]), Tensor([3, 4])).hasHistory)
  }

  @Test("take any condition that is not 0, NaN too, and plain numbers")
  func conditions() {
    #expect(Tensor.where(Tensor([0, -2, .nan, 1e-300], elementType: .float64), x, 7).scalars[0] == 7)
    #expect(Tensor.where(Tensor([0, 1e-300, .nan], elementType: .float64), Tensor.ones([3]), 0).scalars == [0, 1, 1])
    #expect(Tensor.where(Tensor([1, 0]), 5, Tensor([1, 2])).scalars == [5, 2])
  }

  @Test("give the larger and the smaller of two, NaN where one is, ties to the first")
  func extremes() {
    #expect(Tensor.maximum(x, y).scalars.prefix(2) == [2, 2] && Tensor.minimum(x, y).scalars.prefix(2) == [1, 2])
    for extreme in [Tensor.maximum(x, y), .minimum(x, y), .maximum(y, x), .minimum(y, x)] {
      #expect(extreme.scalars.suffix(2).allSatisfy { $0.isNaN })
    }
    #expect(Tensor.minimum(Tensor([1, 5]), 3).scalars == [1, 3])
    let (a, b) = (Tensor([1, 4]).requiringGradient(), Tensor([1, 2]).requiringGradient())
    #expect(Tensor.maximum(a, b).sum().gradients(of: [a, b]).map(\.scalars) == [[1, 1], [0, 0]])
  }

  @Test("trap where shapes do not broadcast")
  func misuse() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.ones([2]) .< Tensor.ones([3]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.where(Tensor.ones([2]), Tensor.ones([3]), 0) }
  }
}
