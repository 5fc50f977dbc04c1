import Autograd
import Foundation
import Layers
import Optimizers
import Randomness
import Testing

@Suite("Muon")
struct MuonTests {
  /// Shapes on both sides of those whose long side is twice the short one, where another way is taken; a joint matrix,
  /// which a lone `Linear` is not, is another test's.
  static let shapes = [
    [1, 1], [6, 6], [17, 17], [7, 5], [5, 7], [9, 4], [4, 9], [3, 20], [20, 3], [1, 8], [8, 1],
  ]

  /// What five iterations as published make of a matrix, in float64.
  private func published(_ gradient: Tensor) -> Tensor {
    var x = gradient / (gradient.sumOfSquares.squareRoot() + 1e-7)
    if x.shape[0] > x.shape[1] { x = x.transposed() }
    for _ in 0..<5 {
      let square = Tensor.matmul(x, x, transposeB: true)
      let polynomial = -4.7750 * square + 2.0315 * Tensor.matmul(square, square)
      x = 3.4445 * x + Tensor.matmul(polynomial, x)
    }
    return gradient.shape[0] > gradient.shape[1] ? x.transposed() : x
  }

  /// The direction in which Muon moves a matrix by a gradient: with rate 1 and no momentum from zero, against it.
  private func direction(_ gradient: Tensor) -> Tensor {
    var model = Linear(weight: Tensor.zeros(gradient.shape, elementType: gradient.elementType), bias: nil)
    var optimizer = Muon(model, learningRate: 1, matrixLearningRate: 1, momentum: 0, weightDecay: 0)
    optimizer.update(&model, with: [gradient])
    let scale = max(1, Double(gradient.shape[0]) / Double(gradient.shape[1])).squareRoot()
    return model.weight / -scale
  }

  /// A matrix whose singular values differ by the factor `spread`.
  private func matrix(_ shape: [Int], spread: Double) -> Tensor {
    let noise = Tensor.normal(shape, key: RandomKey(seed: 8), elementType: .float64)
    let rows = (0..<shape[0]).map { pow(spread, -Double($0) / Double(max(1, shape[0] - 1))) }
    return noise * Tensor(rows, shape: [shape[0], 1], elementType: .float64)
  }

  @Test("orthogonalizes as published, times √(rows/columns) of a tall matrix", arguments: shapes, [1, 1e2, 1e6])
  func orthogonalization(shape: [Int], spread: Double) {
    let gradient = matrix(shape, spread: spread)
    let expected = published(gradient)
    let bound = expected.scalars.map(\.magnitude).max() ?? 0
    func error(_ found: Tensor) -> Double {
      zip(found.scalars, expected.scalars).map { abs($0 - $1) }.reduce(0, max) / bound
    }
    // Rounding of the squares' least eigenvalues grows with them, 3.4445¹⁰ = 2.4e5 times at most, of which a
    // singular value shows a share that shrinks as it grows: a decade or two above these are found for 128 rows.
    #expect(error(direction(gradient)) <= 1e-11)
    for processor in Processor.supported(threads: 1) {
      let found = processor.run { direction(gradient.converted(to: .float32)) }
      #expect(error(found) <= 1e-3, "\(processor.instructionSet)")
    }
  }

  @Test("brings singular values of 0.002 of the norm and more to between 0.68 and 1.21", arguments: shapes)
  func singularValues(shape: [Int]) {
    let gradient = matrix(shape, spread: 4)
    let norm = gradient.sumOfSquares.squareRoot()
    let large = singularValues(gradient).count { $0 / norm >= 0.002 }
    let found = singularValues(direction(gradient))
    #expect(large >= (shape.min() ?? 0) - 1 && found.count == shape.min())
    #expect(found.count { $0 >= 0.68 } >= large, "\(found)")
    #expect(found.allSatisfy { $0 <= 1.21 }, "\(found)")
  }

  /// By rotations of pairs of columns until all are orthogonal (Hestenes).
  private func singularValues(_ matrix: Tensor) -> [Double] {
    let tall = matrix.shape[0] >= matrix.shape[1] ? matrix : matrix.transposed()
    let (rows, count) = (tall.shape[0], tall.shape[1])
    let flat = tall.scalars
    var columns = (0..<count).map { j in (0..<rows).map { flat[$0 * count + j] } }
    func dot(_ i: Int, _ j: Int) -> Double { zip(columns[i], columns[j]).reduce(0) { $0 + $1.0 * $1.1 } }
    for _ in 0..<30 {
      for i in 0..<count {
        for j in (i + 1)..<max(count, i + 1) where abs(dot(i, j)) > 1e-15 {
          let zeta = (dot(j, j) - dot(i, i)) / (2 * dot(i, j))
          let tangent = (zeta < 0 ? -1 : 1) / (abs(zeta) + (1 + zeta * zeta).squareRoot())
          let cosine = 1 / (1 + tangent * tangent).squareRoot()
          for row in 0..<rows {
            let (a, b) = (columns[i][row], columns[j][row])
            columns[i][row] = cosine * (a - tangent * b)
            columns[j][row] = cosine * (tangent * a + b)
          }
        }
      }
    }
    return (0..<count).map { dot($0, $0).squareRoot() }
  }

  // MARK: - What it applies to

  /// Maps of several shapes, some of them joint, a table, vectors, and a head.
  private struct Model: Module {
    var embedding: Embedding
    var attention: MultiHeadAttention
    var mlp: MLP
    var head: Linear

    init(width: Int) {
      let key = RandomKey(seed: 4)
      embedding = Embedding(9, width, key: key)
      attention = MultiHeadAttention(width, headCount: 4, keyValueHeadCount: 2, key: key.derived(by: 1))
      mlp = MLP(width, hidden: 3 * width, key: key.derived(by: 2))
      head = Linear(width, 9, key: key.derived(by: 3))
    }

    mutating func visit<E>(_ visitor: ParameterVisitor<E>) throws(E) {
      try visitor("embedding", &embedding)
      try visitor("attention", &attention)
      try visitor("mlp", &mlp)
      try visitor("head", &head)
    }
  }

  private func gradients(of model: some Module, step: Int) -> [Tensor] {
    model.parameters.enumerated().map { index, tensor in
      .normal(tensor.shape, key: RandomKey(seed: 5).derived(by: UInt64(step), UInt64(index)))
    }
  }

  @Test("moves queries', keys' and values' rows as it would three matrices")
  func jointMatrix() {
    var joint = Model(width: 16)
    let gradient = Tensor.normal([32, 16], key: RandomKey(seed: 6))
    let others = joint.parameters.map { Tensor.zeros($0.shape) }
    let index = joint.namedParameters.firstIndex { $0.name == "attention.qkv.weight" } ?? 0
    var optimizer = Muon(joint)
    let before = joint.attention.qkv.weight
    optimizer.update(&joint, with: Array(others[..<index]) + [gradient] + Array(others[(index + 1)...]))
    for rows in [0..<16, 16..<24, 24..<32] {
      var alone = Linear(weight: before[rows], bias: nil)
      var optimizer = Muon(alone)
      optimizer.update(&alone, with: [gradient[rows]])
      #expect(alone.weight.floats == joint.attention.qkv.weight[rows].floats, "\(rows)")
      #expect(alone.weight.floats != before[rows].floats)
    }
  }

  @Test("leaves tables, vectors and what is excluded to AdamW, with its own learning rate and state")
  func rest() {
    var (model, twin) = (Model(width: 8), Model(width: 8))
    var muon = Muon(model, learningRate: 3e-3, beta2: 0.99, weightDecay: 0.1, excluding: ["head"])
    var adamw = AdamW(twin, learningRate: 3e-3, beta2: 0.99, weightDecay: 0.1)
    for step in 1...3 {
      let gradients = gradients(of: model, step: step)
      let step = OptimizerStep(number: step, learningRate: 3e-3, gradientScale: 0.5)
      muon.update(&model, with: gradients, at: step)
      adamw.update(&twin, with: gradients, at: step)
    }
    let matrices: Set = ["attention.qkv.weight", "attention.output.weight", "mlp.expand.weight", "mlp.contract.weight"]
    for (found, expected) in zip(model.namedParameters, twin.namedParameters) {
      #expect((found.tensor.floats == expected.tensor.floats) != matrices.contains(found.name), "\(found.name)")
    }
    let state = muon.namedState.map(\.name)
    #expect(Set(state.filter { $0.hasPrefix("momentum_buffer.") }) == Set(matrices.map { "momentum_buffer.\($0)" }))
    #expect(state.filter { $0.hasPrefix("exp_avg.") }.count == model.parameters.count - matrices.count)
    #expect(muon.nextStep.number == 4)
  }

  @Test("moves matrices in proportion to the learning rate of the step")
  func schedule() {
    let start = Linear(weight: Tensor.zeros([4, 6], elementType: .float64), bias: nil)
    func moved(at rate: Double) -> [Double] {
      var (model, optimizer) = (start, Muon(start, learningRate: 0.01, matrixLearningRate: 0.5))
      let gradient = Tensor.normal([4, 6], key: RandomKey(seed: 7), elementType: .float64)
      optimizer.update(&model, with: [gradient], at: OptimizerStep(number: 1, learningRate: rate))
      return model.weight.scalars
    }
    // To rounding: twice the rate, twice the way.
    #expect(zip(moved(at: 0.01), moved(at: 0.005)).allSatisfy { abs($0 - 2 * $1) < 1e-14 && $0 != 0 })
  }

  @Test("does nothing but decay where gradients are zero")
  func zeroGradient() {
    var model = Linear(weight: Tensor([[1, 2], [3, 4]]), bias: nil)
    var optimizer = Muon(model, learningRate: 1, matrixLearningRate: 0.5, weightDecay: 0.5)
    optimizer.update(&model, with: [Tensor.zeros([2, 2])])
    #expect(model.weight.floats == [0.75, 1.5, 2.25, 3])
  }

  @Test("needs a learning rate that the matrices' can be in proportion to")
  func withoutLearningRate() async {
    await #expect(processExitsWith: .failure) {
      _ = Muon(Linear(2, 2, key: RandomKey(seed: 1)), learningRate: 0)
    }
  }

  // MARK: - The same again

  @Test("has the same weights to the last bit on 1, 2, 3 and 8 threads")
  func threads() {
    func trained(threads: Int) -> [[Float]] {
      Processor(threads: threads).run {
        var model = Model(width: 96)
        var optimizer = Muon(model)
        for step in 1...3 { optimizer.update(&model, with: gradients(of: model, step: step)) }
        return model.parameters.map(\.floats)
      }
    }
    let alone = trained(threads: 1)
    #expect(alone.allSatisfy { $0.allSatisfy { $0.isFinite } })
    for threads in [2, 3, 8] {
      let isSame = trained(threads: threads) == alone
      #expect(isSame, "\(threads) threads")
    }
  }

  @Test("is float32 whatever the precision of products")
  func precision() {
    let gradient = matrix([16, 48], spread: 10).converted(to: .float32)
    let exact = direction(gradient).floats
    for precision in Precision.allCases {
      #expect(Processor.current.with(precision).run { direction(gradient).floats } == exact)
    }
  }

  @Test("goes on from a state that is put in its place")
  func state() {
    var model = Model(width: 8)
    var optimizer = Muon(model)
    optimizer.update(&model, with: gradients(of: model, step: 1))
    let saved = Dictionary(uniqueKeysWithValues: optimizer.namedState)
    var (other, twin) = (Muon(model), model)
    other.visitState { name, tensor in tensor = saved[name] ?? tensor }
    let step = OptimizerStep(number: 2, learningRate: 0.03)
    optimizer.update(&model, with: gradients(of: model, step: 2), at: step)
    other.update(&twin, with: gradients(of: twin, step: 2), at: step)
    #expect(model.parameters.map(\.floats) == twin.parameters.map(\.floats))
  }
}
