import Autograd
import Randomness
import Testing

@Suite("Differentiation")
struct DifferentiationTests {
  @Test("adds up the gradients of every use of a variable")
  func fanOut() {
    let x = Tensor(3.0, elementType: .float64).requiringGradient()
    // d(x² + 2x·x + x) = 6x + 1
    let y = x * x + (2 * x) * x + x
    #expect(y.gradients(of: [x])[0].item == 19)
  }

  @Test("gives the same gradients when asked twice, where the graph is kept")
  func twice() {
    let x = Tensor([0.5, -2, 1.5], elementType: .float64).requiringGradient()
    let loss = (x.exp() * x.tanh() + x).sum()
    let gradients = (0..<2).map { _ in loss.gradients(of: [x], keepingGraph: true)[0].scalars }
    #expect(gradients[0] == gradients[1])
  }

  @Test("gives zeros for a variable without a part in the result")
  func unusedVariable() {
    let x = Tensor([1.0, 2.0], elementType: .float64).requiringGradient()
    let unused = Tensor([5.0, 6.0, 7.0], elementType: .float64).requiringGradient()
    #expect(x.sum().gradients(of: [unused])[0].scalars == [0, 0, 0])
  }

  @Test("records nothing without a variable")
  func constants() {
    let x = Tensor([1.0, 2.0], elementType: .float64)
    #expect(!(x * x + 1).exp().sum().hasHistory)
  }

  @Test("gives gradients without history")
  func firstDerivativesOnly() {
    let x = Tensor(2.0, elementType: .float64).requiringGradient()
    #expect(!(x * x * x).gradients(of: [x])[0].hasHistory)
  }

  @Test("of a chain of a million operations overflows no stack, nor does freeing it")
  func longChain() {
    let x = Tensor(1.0, elementType: .float64).requiringGradient()
    var y = x
    for _ in 0..<1_000_000 { y = -y }
    #expect(y.gradients(of: [x])[0].item == 1)
    y = x
    #expect(y.item == 1)
  }

  @Test("keeps no tensor alive once the result is gone")
  func noLeak() async {
    // In a process of its own: the count is the process's.
    await #expect(processExitsWith: .success) {
      let x = Tensor([1.0, 2.0], elementType: .float64).requiringGradient()
      let before = CachingAllocator.shared.liveCount
      for _ in 0..<10 {
        let loss = Tensor.layerNorm(x.exp() * x, gain: x, bias: x).softmax().sum()
        _ = loss.gradients(of: [x])
      }
      require(
        CachingAllocator.shared.liveCount == before, "\(CachingAllocator.shared.liveCount) tensors, not \(before)")
    }
  }

  @Test("frees what an operation kept as soon as it is differentiated, unless the graph is to be kept")
  func earlyRelease() {
    final class Kept: Sendable {}
    /// What each of ten operations in a row keeps, seen from the pullback of the first, which comes last.
    final class Observer: @unchecked Sendable {
      struct Weak { weak var kept: Kept? }
      var later: [Weak] = []
      var aliveAtTheEnd = -1
    }
    let observer = Observer()
    let x = Tensor([1], elementType: .float64).requiringGradient()
    func result() -> Tensor {
      var y = Tensor.operation("first", [x]) { inputs in
        (
          inputs[0],
          { dy in
            observer.aliveAtTheEnd = observer.later.count { $0.kept != nil }
            return [dy]
          }
        )
      }
      for _ in 0..<10 {
        let kept = Kept()
        observer.later.append(.init(kept: kept))
        y = Tensor.operation("later", [y]) { inputs in (inputs[0], { dy in withExtendedLifetime(kept) { [dy] } }) }
      }
      return y
    }
    #expect(result().gradients(of: [x], upstream: Tensor([3]))[0].scalars == [3])
    #expect(observer.aliveAtTheEnd == 0)
    let y = result().sum()
    #expect(y.gradients(of: [x], keepingGraph: true)[0].scalars == [1])
    #expect(observer.aliveAtTheEnd == 10)
    #expect(y.gradients(of: [x])[0].scalars == [1])
    #expect(observer.aliveAtTheEnd == 0 && y.hasHistory)
  }

  @Test("lets a loss be kept over a thousand updates in place: no weight is copied, and no memory grows")
  func heldLosses() async {
    // In a process of its own: the count is the process's.
    await #expect(processExitsWith: .success) {
      let rows = Tensor.normal([8, 16], key: RandomKey(seed: 1))
      var weight = Tensor.normal([16, 16], key: RandomKey(seed: 2)).requiringGradient()
      var losses: [Tensor] = []
      func address() -> UnsafeRawPointer? { weight.withUnsafeBytes { $0.baseAddress } }
      func step() {
        let loss = Tensor.matmul(rows, weight).tanh().mean()
        let gradient = loss.gradients(of: [weight])[0]
        losses.append(loss)
        weight.replaceRows(from: 0, with: weight.detached - 0.1 * gradient)
      }
      let first = address()
      step()
      let (live, bytes) = (CachingAllocator.shared.liveCount, CachingAllocator.shared.systemBytes)
      for _ in 0..<1_000 { step() }
      require(address() == first, "the weights were copied")
      // A loss has a buffer of the smallest size, 64 bytes.
      require(CachingAllocator.shared.liveCount == live + 1_000, "\(CachingAllocator.shared.liveCount - live) tensors")
      require(CachingAllocator.shared.systemBytes <= bytes + 64 * 1_000, "\(CachingAllocator.shared.systemBytes) bytes")
      require(losses.count == 1_001 && losses.allSatisfy(\.hasHistory), "the losses were not kept")
    }
  }

  /// The loss of a head over looked-up rows, two of which repeat.
  private static func loss(embedding: Tensor, head: Tensor) -> Tensor {
    let ids: [Int32] = [5, 2, 5, 5, 0, 2, 7]
    return .linearCrossEntropy(.embedding(ids, table: embedding).tanh(), weight: head, targets: [1, 2, 3, 4, 5, 6, 7])
  }

  @Test("by a table that is also the head adds up both gradients, bit for bit", arguments: [1, 33, 128])
  func tiedTable(width: Int) {
    let table = Tensor.normal([9, width], key: RandomKey(seed: 4))
    let (embedding, head) = (table.requiringGradient(), table.requiringGradient())
    let apart = Self.loss(embedding: embedding, head: head).gradients(of: [embedding, head])
    let tied = table.requiringGradient()
    let loss = Self.loss(embedding: tied, head: tied)
    for keepingGraph in [true, true, false] {
      #expect(loss.gradients(of: [tied], keepingGraph: keepingGraph)[0].floats == (apart[1] + apart[0]).floats)
    }
  }

  @Test("by a table that is also the head takes memory for one gradient of it")
  func tiedTableMemory() async {
    // In a process of its own: the count is the process's.
    await #expect(processExitsWith: .success) {
      let table = Tensor.normal([4_096, 64], key: RandomKey(seed: 4)).requiringGradient()
      let loss = Self.loss(embedding: table, head: table)
      let bytes = CachingAllocator.shared.systemBytes
      _ = loss.gradients(of: [table])
      let more = CachingAllocator.shared.systemBytes - bytes
      require(more < 4_096 * 64 * MemoryLayout<Float>.size, "\(more) bytes more than the head's gradient")
    }
  }

  @Test("of graphs that share a part can be taken on several threads where they are kept")
  func threads() async {
    let x = Tensor([0.5, -1.5], elementType: .float64).requiringGradient()
    let shared = x.exp() * x
    let expected = (shared * 3).sum().gradients(of: [x], keepingGraph: true)[0].scalars
    await withTaskGroup(of: [Double].self) { group in
      for _ in 0..<16 {
        group.addTask { (shared * 3).sum().gradients(of: [x], keepingGraph: true)[0].scalars }
      }
      for await found in group { #expect(found == expected) }
    }
  }

  @Test("by an old value is not affected by changing the variable in place")
  func mutationMakesANewVariable() {
    var x = Tensor([1.0, 2.0], elementType: .float64).requiringGradient()
    let copy = x
    let y = (x * x).sum()
    x.replaceRows(from: 0, with: Tensor([10], elementType: .float64))
    #expect(x.scalars == [10, 2])
    #expect(copy.scalars == [1, 2])
    #expect(y.gradients(of: [copy])[0].scalars == [2, 4])
  }

  @Test("of what is not differentiable traps with the reason")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      _ = Tensor([1, 2]).gradients(of: [])
    }
    await #expect(processExitsWith: .failure) {
      let x = Tensor(1.0, elementType: .float64).requiringGradient()
      let y = x * x
      _ = y.gradients(of: [y])
    }
    await #expect(processExitsWith: .failure) {
      let x = Tensor(1.0, elementType: .float64).requiringGradient()
      let shared = x.exp()
      _ = (shared * 2).gradients(of: [x])
      _ = (shared * 3).gradients(of: [x])  // its graph went with the first
    }
    await #expect(processExitsWith: .failure) {
      _ = Tensor([1, 2]) + Tensor([1, 2, 3])
    }
  }
}
