import Autograd
import Testing

@Suite("Subscripts")
struct IndexingTests {
  let x = Tensor(0..<24).reshaped(to: [2, 3, 4])

  @Test("with integers drop axes, and with ranges keep them")
  func mixtures() {
    #expect(x[1].shape == [3, 4] && x[1].scalars == (12..<24).map(Double.init))
    #expect(x[1, 2, 3].shape == [] && x[1, 2, 3].item == 23)
    #expect(x[0..<1].shape == [1, 3, 4])
    #expect(x[0, 1...].scalars == [4, 5, 6, 7, 8, 9, 10, 11])
    #expect(x[0, 1...2, 0..<2].scalars == [4, 5, 8, 9] && x[0, 1...2, 0..<2].shape == [2, 2])
    #expect(x[1, ..<2, ...0].shape == [2, 1] && x[1, ..<2, ...0].scalars == [12, 16])
    #expect(x[0..., 2, 1].scalars == [9, 21])
    #expect(x[1, 1..<1].shape == [0, 4])
  }

  @Test("after an ellipsis count from the last axis")
  func ellipsis() {
    #expect(x[..., 0].shape == [2, 3] && x[..., 0].scalars == [0, 4, 8, 12, 16, 20])
    #expect(x[..., 2, 1..<3].shape == [2, 2] && x[..., 2, 1..<3].scalars == [9, 10, 21, 22])
    #expect(x[...].scalars == x.scalars)
  }

  @Test("count negative numbers from the end")
  func negative() {
    #expect(x[-1, -1, -1].item == 23)
    #expect(x[0, 0, (-2)...].scalars == [2, 3])
    #expect(x[0, 0, ..<(-1)].scalars == [0, 1, 2])
    #expect(x[0, 0, ...(-1)].scalars == [0, 1, 2, 3])
    #expect(x[0, 0, -3 ... -2].scalars == [1, 2])
  }

  @Test("are differentiable: gradients go to what was picked")
  func gradient() {
    let x = Tensor([[1, 2, 3], [4, 5, 6]]).requiringGradient()
    let y = x[0, 1...] * x[1, ..<2]
    #expect(y.sum().gradients(of: [x])[0].scalars == [0, 4, 5, 2, 3, 0])
  }

  @Test("copy the part they pick alone, and nothing where they pick all")
  func copies() async {
    // In a process of its own: the count is the process's.
    await #expect(processExitsWith: .success) {
      let x = Tensor.ones([64, 1_000])
      let before = CachingAllocator.shared.systemBytes
      let part = x[0..<2, 10..<20]
      require(CachingAllocator.shared.systemBytes - before <= 128, "\(CachingAllocator.shared.systemBytes - before)")
      let live = CachingAllocator.shared.liveCount
      let all = x[0..., ..<1_000]
      require(CachingAllocator.shared.liveCount == live && all.count == x.count && part.count == 20, "a copy")
    }
  }

  @Test("trap where an index is out of bounds or there are more than axes")
  func misuse() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.ones([2, 3])[2] }
    await #expect(processExitsWith: .failure) { _ = Tensor.ones([2, 3])[-3] }
    await #expect(processExitsWith: .failure) { _ = Tensor.ones([2, 3])[0, 0..<4] }
    await #expect(processExitsWith: .failure) { _ = Tensor.ones([2, 3])[0, (-1)..<1] }
    await #expect(processExitsWith: .failure) { _ = Tensor.ones([2, 3])[0, 0, 0] }
    await #expect(processExitsWith: .failure) { _ = Tensor.ones([2, 3])[..., 0, 0, 0] }
  }
}
