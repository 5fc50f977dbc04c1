import Autograd
import Randomness
import Testing

@Suite("Tensors")
struct TensorTests {
  @Test("take a freed buffer of up to twice their size before they ask the system for one, and give it back whole")
  func buffers() async {
    // In a process of its own: the allocator is the process's.
    await #expect(processExitsWith: .success) {
      func make(_ count: Int) -> Tensor { Tensor(repeating: 1, shape: [count], elementType: .float32) }
      _ = make(6000)
      let bytes = CachingAllocator.shared.systemBytes
      for count in [4000, 6000, 3000, 6000] {
        _ = make(count)
        require(CachingAllocator.shared.systemBytes == bytes, "\(count) elements are asked of the system")
      }
      _ = make(2000)
      require(CachingAllocator.shared.systemBytes > bytes, "2,000 elements have the buffer of 6,000")
    }
  }

  let matrix = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3], elementType: .float64)

  @Test("broadcast as NumPy's arrays do")
  func broadcasting() {
    #expect((matrix + Tensor([10, 20, 30], elementType: .float64)).scalars == [11, 22, 33, 14, 25, 36])
    #expect((matrix * Tensor([[10], [20]], elementType: .float64)).scalars == [10, 20, 30, 80, 100, 120])
    let column = Tensor([[1], [2]], elementType: .float64)
    #expect((column - Tensor([1, 3], elementType: .float64)).scalars == [0, -2, 1, -1])
    #expect((matrix + Tensor(repeating: 1, shape: [2, 3, 0, 1], elementType: .float64).sum()).shape == [2, 3])
    #expect(
      (Tensor(repeating: 0, shape: [0, 3], elementType: .float32)
        + Tensor(repeating: 1, shape: [1, 3], elementType: .float32)).shape == [0, 3])
  }

  @Test("change their layout")
  func layout() {
    #expect(matrix.transposed().scalars == [1, 4, 2, 5, 3, 6])
    #expect(matrix.reshaped(to: [3, -1]).shape == [3, 2])
    #expect(matrix.slice(1..<3, axis: 1).scalars == [2, 3, 5, 6])
    #expect(matrix.slice(1..<2).scalars == [4, 5, 6])
    #expect(Tensor.concatenate([matrix, matrix.slice(0..<1)]).scalars == [1, 2, 3, 4, 5, 6, 1, 2, 3])
    #expect(Tensor.concatenate([matrix.slice(0..<1, axis: 1), matrix], axis: 1).scalars == [1, 1, 2, 3, 4, 4, 5, 6])
    let cube = Tensor(0..<24, elementType: .float64).reshaped(to: [2, 3, 4])
    #expect(cube.transposed([2, 0, 1]).shape == [4, 2, 3])
    #expect(cube.transposed([2, 0, 1]).scalars.prefix(7) == [0, 4, 8, 12, 16, 20, 1])
  }

  @Test("gather as torch.gather does")
  func gather() {
    #expect(matrix.gather([2, 0, 1, 1], shape: [2, 2]).scalars == [3, 1, 5, 5])
    #expect(matrix.gather([1, 0, 1], shape: [1, 3], axis: 0).scalars == [4, 2, 6])
  }

  @Test("reduce over any axes")
  func reductions() {
    #expect(matrix.sum().item == 21)
    #expect(matrix.sum(axes: [0]).scalars == [5, 7, 9])
    #expect(matrix.sum(axes: [-1], keepingAxes: true).shape == [2, 1])
    #expect(matrix.mean(axes: [1]).scalars == [2, 5])
    let cube = Tensor(0..<24, elementType: .float64).reshaped(to: [2, 3, 4])
    #expect(cube.sum(axes: [1]).scalars == [12, 15, 18, 21, 48, 51, 54, 57])
    #expect(cube.sum(axes: [0, 2]).scalars == [60, 92, 124])
    #expect(Tensor(repeating: 1, shape: [3, 0], elementType: .float32).sum(axes: [1]).scalars == [0, 0, 0])
    #expect(matrix.maximum().item == 6)
    #expect(cube.maximum(axes: [0, 2]).scalars == [15, 19, 23])
    #expect(cube.maximum(axes: [1], keepingAxes: true).shape == [2, 1, 4])
    #expect(
      Tensor(repeating: 1, shape: [2, 0], elementType: .float32).maximum(axes: [1]).scalars == [-.infinity, -.infinity])
    let tied = Tensor([2, 1, 2], elementType: .float64).requiringGradient()
    #expect(tied.maximum().gradients(of: [tied])[0].scalars == [1, 0, 0])
  }

  @Test("to the power of 0 are 1 and stay so, at 0 too")
  func zeroPower() {
    let x = Tensor([0, -2, 3], elementType: .float64).requiringGradient()
    let y = x.power(0)
    #expect(y.scalars == [1, 1, 1])
    #expect(y.sum().gradients(of: [x])[0].scalars == [0, 0, 0])
  }

  @Test("multiply as matrices, transposed or not, in batches")
  func matmul() {
    let a = Tensor([1, 2, 3, 4], shape: [2, 2], elementType: .float64)
    let b = Tensor([5, 6, 7, 8], shape: [2, 2], elementType: .float64)
    #expect(Tensor.matmul(a, b).scalars == [19, 22, 43, 50])
    #expect(Tensor.matmul(a, b, transposeA: true).scalars == [26, 30, 38, 44])
    #expect(Tensor.matmul(a, b, transposeB: true).scalars == [17, 23, 39, 53])
    #expect(Tensor.matmul(a, b, transposeA: true, transposeB: true).scalars == [23, 31, 34, 46])
    let pair = Tensor([1, 0, 0, 1, 0, 1, 1, 0], shape: [2, 2, 2], elementType: .float64)
    #expect(Tensor.matmul(pair, b).scalars == [5, 6, 7, 8, 7, 8, 5, 6])
  }

  @Test("are values: changing one leaves its copies alone")
  func copyOnWrite() {
    var changed = matrix
    changed.replaceRows(from: 1, with: Tensor([7, 8, 9], elementType: .float64))
    #expect(matrix.scalars == [1, 2, 3, 4, 5, 6])
    #expect(changed.scalars == [1, 2, 3, 7, 8, 9])
  }

  @Test("drop about the share asked for, and the same elements again")
  func dropout() {
    let ones = Tensor(repeating: 1, shape: [10_000], elementType: .float64)
    let draw = Dropout(probability: 0.3, key: RandomKey(seed: 1))
    let kept = ones.dropout(draw).scalars
    #expect(kept == ones.dropout(draw).scalars)
    #expect(Set(kept).count == 2 && kept.contains(1 / 0.7))
    // Five standard deviations of the binomial distribution: √(10,000 · 0.3 · 0.7) ≈ 46.
    #expect(abs(kept.count { $0 == 0 } - 3_000) < 230)
    #expect(kept != ones.dropout(Dropout(probability: 0.3, key: RandomKey(seed: 2))).scalars)
  }

  @Test("hold the same in both element types, to rounding", arguments: Operation.allCases)
  func elementTypesAgree(_ operation: Operation) {
    // Sums of up to a few dozen terms of order 30 in float32: 30 · 30 · 2⁻²⁴ ≈ 5e-5.
    let rounding = 1e-4
    for sample in operation.samples where sample.inputs.allSatisfy({ $0.elementType == .float64 }) {
      // Their table has an element type of its own.
      guard ![.rotaryEmbedding, .normalizedRotaryEmbedding].contains(operation) else { continue }
      let double = sample.function(sample.inputs).scalars
      let single = sample.function(sample.inputs.map { $0.converted(to: .float32) }).scalars
      for (x, y) in zip(double, single) {
        #expect(abs(x - y) <= rounding * max(1, abs(x)), "\(operation): \(sample.name)")
      }
    }
  }
}
