import Autograd
import Layers
import Randomness
import Testing

@Suite("A module")
struct ModuleTests {
  private struct Stop: Error {}

  /// Parts of every kind: a tensor, parts in a list, and some that may be left out.
  private struct Parts: Module {
    var scale = Tensor([1, 2])
    var layers = [Linear(2, 2, key: RandomKey(seed: 1)), Linear(2, 2, hasBias: false, key: RandomKey(seed: 2))]
    var norm: LayerNorm?
    mutating func visit<E>(_ visitor: ParameterVisitor<E>) throws(E) {
      try visitor("scale", &scale)
      try visitor("layers", &layers)
      try visitor("norm", &norm)
    }
  }

  @Test("names its parameters by their parts, in one order, and leaves out what is not there")
  func names() {
    var parts = Parts()
    #expect(parts.namedParameters.map(\.name) == ["scale", "layers.0.weight", "layers.0.bias", "layers.1.weight"])
    #expect(parts.parameterCount == 2 + 4 + 2 + 4)
    parts.norm = LayerNorm(2)
    #expect(parts.namedParameters.map(\.name).suffix(2) == ["norm.weight", "norm.bias"])
  }

  @Test("says which linear maps its parameters hold: one or, joined, several a matrix; none a table or a vector")
  func maps() {
    struct Model: Module {
      var embedding = Embedding(5, 8, key: RandomKey(seed: 1))
      var blocks = [MultiHeadAttention(8, headCount: 4, keyValueHeadCount: 2, key: RandomKey(seed: 2))]
      var mlp: MLP? = MLP(8, hidden: 12, key: RandomKey(seed: 3))
      mutating func visit<E>(_ visitor: ParameterVisitor<E>) throws(E) {
        try visitor("embedding", &embedding)
        try visitor("blocks", &blocks)
        try visitor("mlp", &mlp)
      }
    }
    let model = Model()
    let maps = model.parameterDescriptions.filter { !$0.maps.isEmpty }
    #expect(
      maps.map(\.name) == [
        "blocks.0.qkv.weight", "blocks.0.output.weight", "mlp.expand.weight", "mlp.contract.weight",
      ])
    #expect(maps.map(\.maps) == [[0..<8, 8..<12, 12..<16], [0..<8], [0..<12], [0..<8]])
    #expect(model.parameterDescriptions.map(\.name) == model.namedParameters.map(\.name))
  }

  @Test("changes in place what its visitor changes, and throws what that throws")
  func visitor() {
    var parts = Parts()
    parts.visitParameters { name, tensor in if name == "layers.0.bias" { tensor = Tensor([5, 6]) } }
    #expect(parts.layers[0].bias?.floats == [5, 6])
    #expect(throws: Stop.self) { try parts.visitParameters { (_, _) throws(Stop) in throw Stop() } }
    #expect(parts.layers[0].bias?.floats == [5, 6])
  }

  @Test("takes other parameters in their order, as many as it has")
  func replacing() async {
    let parts = Parts()
    let zeros = parts.parameters.map { Tensor.zeros($0.shape) }
    #expect(parts.replacingParameters(with: zeros).parameters.allSatisfy { $0.sumOfSquares == 0 })
    await #expect(processExitsWith: .failure) {
      _ = Linear(2, 2, key: RandomKey(seed: 1)).replacingParameters(with: [Tensor.zeros([2, 2])])
    }
    await #expect(processExitsWith: .failure) {
      _ = Linear(2, 2, hasBias: false, key: RandomKey(seed: 1))
        .replacingParameters(with: [Tensor.zeros([2, 2]), Tensor.zeros([2])])
    }
  }

  @Test("has gradients that agree with central differences")
  func gradients() {
    let layer = MultiHeadAttention(4, headCount: 2, keyValueHeadCount: 1, key: RandomKey(seed: 3))
    let mlp = MLP(4, hidden: 6, activation: .silu, hasBias: false, key: RandomKey(seed: 4))
    let x = Tensor.normal([2, 3, 4], key: RandomKey(seed: 5), elementType: .float64)
    let report = GradientCheck().check(layer.parameters + mlp.parameters) { parameters in
      let attention = layer.replacingParameters(with: Array(parameters.prefix(4)))
      let mlp = mlp.replacingParameters(with: Array(parameters.dropFirst(4)))
      return mlp(attention(x, mask: .causal) + attention(x, over: x[0..., 0..<2]))
    }
    #expect(report.passes, "\(String(describing: report.worst))")
  }

  @Test("begins as PyTorch's layers do: uniform in ±1/√inputs")
  func initialization() {
    let linear = Linear(400, 50, key: RandomKey(seed: 6))
    for values in [linear.weight.scalars, linear.bias?.scalars ?? []] {
      #expect(values.allSatisfy { abs($0) <= 0.05 })
      #expect(values.contains { $0 > 0.04 } && values.contains { $0 < -0.04 })
    }
    // A uniform distribution of width 0.1 has variance 0.1²/12; 20,000 draws have it to 5 %.
    let variance = linear.weight.sumOfSquares / 20_000
    #expect(abs(variance / (0.01 / 12) - 1) < 0.05)
  }
}
