import Autograd
import Randomness
import Testing
import Transformer

@Suite("The key/value cache")
struct CacheTests {
  static let shapes: [GPTConfig] = [
    GPTConfig(vocabularySize: 11, layerCount: 2, headCount: 2, width: 16, contextLength: 12),
    GPTConfig(vocabularySize: 11, layerCount: 2, headCount: 4, keyValueHeadCount: 2, width: 16, contextLength: 12),
    GPTConfig(vocabularySize: 11, layerCount: 2, headCount: 2, width: 16, contextLength: 12, slidingWindow: 3),
    GPTConfig(vocabularySize: 11, layerCount: 1, headCount: 1, width: 8, contextLength: 12, tiesHead: false),
  ]

  /// Float64 rounding of a few hundred additions, relative to logits of order one.
  static let rounding = 1e-12

  @Test("gives the logits that the whole sequence gives, at every position", arguments: shapes, [1, 2, 5, 12])
  func cachedEqualsUncached(_ config: GPTConfig, piece: Int) throws {
    let model = try GPT(config, key: RandomKey(seed: 3)).converted(to: .float64)
    let tokens = (0..<12).map { Int32(($0 * 7 + 3) % 11) }
    let whole = model.logits(tokens).scalars
    let cache = KVCache(for: model)
    var inPieces: [Double] = []
    for start in stride(from: 0, to: tokens.count, by: piece) {
      inPieces += model.logits(Array(tokens[start..<min(start + piece, tokens.count)]), cache: cache).scalars
    }
    #expect(inPieces.count == whole.count)
    for (cached, uncached) in zip(inPieces, whole) { #expect(abs(cached - uncached) < Self.rounding) }
  }
}
