import Autograd

/// The keys and values of sequences so far, for every block, so that decoding a token computes that token alone.
///
/// It is a handle: the model appends to what it refers to. Sequences may be of unlike lengths and decode together:
///
///     let cache = KVCache(for: model, sequences: 2)
///     for (index, prompt) in prompts.enumerated() { _ = model.nextTokenLogits(prompt, cache: cache[index]) }
///     let logits = model.nextTokenLogits([a, b], cache: cache)  // [2, V]
///
/// It records nothing.
public struct KVCache {
  let layers: [AttentionCache]
  /// How many positions of a sequence fit.
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

  /// Sequence number `index`, alone; it shares what this cache refers to.
  public subscript(index: Int) -> KVCache {
    KVCache(layers.map { $0[index..<(index + 1)] }, capacity: capacity)
  }

  /// A cache of its own with the same contents.
  public func copy() -> KVCache { KVCache(layers.map { $0.copy() }, capacity: capacity) }

  /// How many sequences it holds.
  public var sequenceCount: Int { layers.first?.sequences.count ?? 0 }

  /// How many positions each sequence has.
  public var lengths: [Int] { layers.first?.lengths ?? [] }

  /// How many positions the longest sequence has.
  public var length: Int { lengths.max() ?? 0 }

  /// Forgets each sequence's positions from `length` on.
  /// Traps where a sequence has fewer, or where a sliding window's keys before `length` are gone; 0 is always possible.
  public func truncate(to length: Int) {
    for layer in layers { layer.truncate(to: length) }
  }
}
