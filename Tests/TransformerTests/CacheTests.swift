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
    GPTConfig(
      .nanochat, vocabularySize: 11, layerCount: 2, headCount: 4, keyValueHeadCount: 2, width: 16, contextLength: 12),
    GPTConfig(
      .nanochat, vocabularySize: 11, layerCount: 2, headCount: 2, width: 16, contextLength: 12, slidingWindow: 3),
  ]

  /// Float64 rounding of a few hundred additions, relative to logits of order one.
  static let rounding = 1e-12

  @Test("gives the logits that the whole sequence gives, at every position", arguments: shapes, [1, 2, 5, 12])
  func cachedEqualsUncached(_ config: GPTConfig, piece: Int) throws {
    let model = try GPT(config, key: RandomKey(seed: 3)).converted(to: .float64).withoutZeroMatrices()
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

  @Test("keeps no more than a window needs, however long the sequence", arguments: [1, 7, 60, 70, 200])
  func window(piece: Int) throws {
    let config = GPTConfig(
      vocabularySize: 11, layerCount: 2, headCount: 2, keyValueHeadCount: 1, width: 8, contextLength: 200,
      slidingWindow: 5)
    let model = try GPT(config, key: RandomKey(seed: 4)).converted(to: .float64)
    let tokens = (0..<200).map { Int32(($0 * $0 + 3) % 11) }
    let whole = model.logits(tokens).scalars
    let cache = KVCache(for: model)
    var inPieces: [Double] = []
    for start in stride(from: 0, to: tokens.count, by: piece) {
      inPieces += model.logits(Array(tokens[start..<min(start + piece, tokens.count)]), cache: cache).scalars
    }
    #expect(cache.length == 200)
    #expect(zip(inPieces, whole).allSatisfy { abs($0 - $1) < Self.rounding })
  }

  @Test("takes memory for a window, not for the context")
  func memory() async {
    // In a process of its own: the count is the process's.
    await #expect(processExitsWith: .success) {
      let config = GPTConfig(
        vocabularySize: 11, layerCount: 1, headCount: 1, width: 64, contextLength: 1 << 16, slidingWindow: 100)
      let model = try GPT(config, key: RandomKey(seed: 4))
      let before = CachingAllocator.shared.systemBytes
      let cache = KVCache(for: model)
      let bytes = CachingAllocator.shared.systemBytes - before
      // Keys and values of two windows, each row 64 floats; buffers are up to an eighth larger than asked for.
      require(cache.length == 0 && bytes <= 2 * 200 * 64 * 4 * 9 / 8, "a cache of \(bytes) bytes")
    }
  }

  @Test("takes memory for what a sequence has, and so do the angles, whatever the context")
  func growth() async {
    await #expect(processExitsWith: .success) {
      let config = GPTConfig(
        vocabularySize: 11, layerCount: 1, headCount: 1, width: 64, contextLength: 1 << 20)
      let model = try GPT(config, key: RandomKey(seed: 4))
      let before = CachingAllocator.shared.systemBytes
      let cache = KVCache(for: model)
      for start in 0..<10 { _ = model.nextTokenLogits((0..<7).map { Int32(start + $0) % 11 }, cache: cache) }
      let bytes = CachingAllocator.shared.systemBytes - before
      // Keys, values and angles of 64 and 128 rows, and what passes through a block: far from the context's 800 MiB.
      require(cache.length == 70 && bytes <= 1 << 20, "a cache of \(bytes) bytes")
    }
  }

  @Test("grown from piece to piece gives the bits that one of the whole context gives", arguments: [nil, 100])
  func growthIsExact(window: Int?) throws {
    let config = GPTConfig(
      vocabularySize: 11, layerCount: 2, headCount: 2, keyValueHeadCount: 1, width: 16, contextLength: 300,
      slidingWindow: window)
    let model = try GPT(config, key: RandomKey(seed: 8))
    let tokens = (0..<300).map { Int32(($0 * $0 + 3) % 11) }
    func logits(first: Int) -> [Float] {
      let cache = KVCache(for: model)
      // The cache is as large as it may be once a sequence has been as long.
      if first > 0 { _ = model.nextTokenLogits(Array(tokens.prefix(first)), cache: cache) }
      cache.truncate(to: 0)
      return tokens.flatMap { model.nextTokenLogits([$0], cache: cache).floats }
    }
    #expect(logits(first: 0) == logits(first: 300))
  }

  @Test("decodes sequences of unlike lengths together as each alone", arguments: shapes)
  func sequences(_ config: GPTConfig) throws {
    let model = try GPT(config, key: RandomKey(seed: 5)).converted(to: .float64).withoutZeroMatrices()
    let texts: [[Int32]] = [[1, 2, 3, 4, 5, 6, 7], [8, 7, 6, 5, 4], [9, 9, 1, 2, 3, 1, 2, 3, 10]]
    let cache = KVCache(for: model, sequences: 3)
    for (index, text) in texts.enumerated() { _ = model.nextTokenLogits(text.dropLast(3), cache: cache[index]) }
    #expect(cache.lengths == [4, 2, 6])
    var found: [[Double]] = [[], [], []]
    for step in 0..<3 {
      let logits = model.nextTokenLogits(texts.map { $0[$0.count - 3 + step] }, cache: cache)
      #expect(logits.shape == [3, 11])
      for index in 0..<3 { found[index] += logits.rows(index..<(index + 1)).scalars }
    }
    for (text, found) in zip(texts, found) {
      let whole = model.logits(text).scalars.suffix(3 * 11)
      #expect(zip(found, whole).allSatisfy { abs($0 - $1) < Self.rounding })
    }
  }

  @Test("copied goes on by itself")
  func copies() throws {
    let model = try GPT(Self.shapes[1], key: RandomKey(seed: 6))
    let cache = KVCache(for: model)
    _ = model.nextTokenLogits([1, 2, 3], cache: cache)
    let copy = cache.copy()
    let first = model.nextTokenLogits([4], cache: cache).floats
    _ = model.nextTokenLogits([5, 6], cache: cache)
    #expect(copy.length == 3)
    #expect(model.nextTokenLogits([4], cache: copy).floats == first)
  }

  @Test("forgets what came after a position")
  func truncation() throws {
    let model = try GPT(Self.shapes[2], key: RandomKey(seed: 7))
    let cache = KVCache(for: model)
    _ = model.nextTokenLogits([1, 2, 3, 4], cache: cache)
    let next = model.nextTokenLogits([5], cache: cache).floats
    _ = model.nextTokenLogits([6, 7], cache: cache)
    cache.truncate(to: 4)
    #expect(cache.length == 4)
    #expect(model.nextTokenLogits([5], cache: cache).floats == next)
  }
}
