import Autograd
import Layers
import Randomness
import Testing

@Suite("Attention with normalized queries and keys")
struct QueryKeyNormTests {
  /// Float64 rounding of sums of a few dozen terms of order one.
  private static let rounding = 1e-12
  private static let table = RotaryTable(headWidth: 4, positionCount: 8, elementType: .float64)

  private func attention(_ norm: RMSNorm?) -> MultiHeadAttention {
    func linear(_ inputs: Int, _ outputs: Int, seed: UInt64) -> Linear {
      Linear(weight: random([outputs, inputs], seed), bias: nil)
    }
    return MultiHeadAttention(
      qkv: linear(16, 32, seed: 1), output: linear(16, 16, seed: 2), headCount: 4, keyValueHeadCount: 2,
      queryKeyNorm: norm)
  }

  private func random(_ shape: [Int], _ seed: UInt64) -> Tensor {
    .normal(shape, deviation: 0.5, key: RandomKey(seed: seed), elementType: .float64)
  }

  private func expectNear(_ a: Tensor, _ b: Tensor, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(zip(a.scalars, b.scalars).allSatisfy { abs($0 - $1) < Self.rounding }, sourceLocation: sourceLocation)
  }

  @Test("does not see how long queries and keys are, rotated or not, cached or not, but how long values are")
  func scale() {
    let x = random([2, 5, 16], 3)
    let plain = attention(RMSNorm(epsilon: 1e-20))
    var scaled = plain
    // Queries and keys are the first 24 rows, values the other 8.
    let factors = Tensor((0..<32).map { $0 < 24 ? 3 : 1 }, shape: [32, 1], elementType: .float64)
    scaled.qkv.weight = scaled.qkv.weight * factors
    var louder = plain
    louder.qkv.weight =
      louder.qkv.weight * Tensor((0..<32).map { $0 < 24 ? 1 : 3 }, shape: [32, 1], elementType: .float64)
    for positions in [nil, Self.table] {
      func context() -> ForwardContext { ForwardContext(positions: positions) }
      func cached() -> ForwardContext {
        let heads = AttentionHeads(queries: 4, keysAndValues: 2, width: 4)
        return ForwardContext(
          positions: positions, cache: AttentionCache(sequences: 2, capacity: 8, heads, elementType: .float64))
      }
      let y = plain(x, mask: .causal, context())
      expectNear(scaled(x, mask: .causal, context()), y)
      expectNear(scaled(x, mask: .causal, cached()), y)
      expectNear(louder(x, mask: .causal, context()), 3 * y)
      #expect(zip(attention(nil)(x, mask: .causal, context()).scalars, y.scalars).contains { abs($0 - $1) > 1e-3 })
    }
  }

  @Test("is the same over another sequence as over its own")
  func cross() {
    let x = random([2, 5, 16], 3)
    let layer = attention(RMSNorm())
    expectNear(layer(x, over: x), layer(x, mask: .none))
  }
}
