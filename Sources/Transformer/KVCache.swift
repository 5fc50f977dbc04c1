import Autograd

/// The key/value caches of all blocks, so that decoding a token computes that token alone.
///
/// It is a handle: the model appends to its shared storage. Sequences of different lengths can decode together:
///
///     let cache = KVCache(for: model, sequences: 2)
///     for (index, prompt) in prompts.enumerated() { _ = model.nextTokenLogits(prompt, cache: cache[index]) }
///     let logits = model.nextTokenLogits([a, b], cache: cache)  // [2, V]
///
/// Operations on it are not recorded.
public struct KVCache {
  let layers: [AttentionCache]
  /// The maximum number of positions per sequence.
  public let capacity: Int

  private init(_ layers: [AttentionCache], capacity: Int) { (self.layers, self.capacity) = (layers, capacity) }

  /// An empty cache for sequences of up to the context length of `model`.
  public init(for model: GPT, sequences: Int = 1) {
    let config = model.config
    let layers = (0..<config.layerCount).map { _ in
      AttentionCache(
        sequences: sequences, capacity: config.contextLength, window: config.slidingWindow, config.heads,
        elementType: model.elementType)
    }
    self.init(layers, capacity: config.contextLength)
  }

  /// A view of sequence `index` alone, which shares this cache's storage.
  public subscript(index: Int) -> KVCache {
    KVCache(layers.map { $0[index..<(index + 1)] }, capacity: capacity)
  }

  /// An independent copy.
  public func copy() -> KVCache { KVCache(layers.map { $0.copy() }, capacity: capacity) }

  /// How many sequences it holds.
  public var sequenceCount: Int { layers.first?.sequences.count ?? 0 }

  /// How many positions each sequence has.
  public var lengths: [Int] { layers.first?.lengths ?? [] }

  /// How many positions the longest sequence has.
  public var length: Int { lengths.max() ?? 0 }

  /// Truncates each sequence to its first `length` positions.
  /// Traps if a sequence has fewer, or if a sliding window's keys before `length` are gone; 0 is always possible.
  public func truncate(to length: Int) {
    for layer in layers { layer.truncate(to: length) }
  }
}

// MARK: - Memory

extension GPTConfig {
  /// About how many bytes a model of this configuration takes that computes `positions` positions of a sequence, up to
  /// `atOnce` of them in one call, by a rough count: weights, cache, angles, and what passes through one block.
  package func inferenceByteCount(positions: Int, atOnce: Int) -> Double {
    // Twice the keys and values: while a cache grows, and afterwards, what it had before is kept for other tensors.
    let kept = Double(4 * layerCount * keyValueHeadCount * headWidth + headWidth)
    let passing = Double(12 * width + 2 * mlpWidth)
    return 4 * (Double(parameterCount) + Double(positions) * kept + Double(atOnce) * passing)
  }
}
