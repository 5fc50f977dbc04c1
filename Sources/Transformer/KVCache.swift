import Autograd

/// The keys and values of a sequence so far, for every block, so that decoding a token computes that token alone.
///
/// A class, since the model appends to it as it runs. It holds one sequence and records nothing.
public final class KVCache {
  let layers: [AttentionCache]
  /// How many positions fit.
  public let capacity: Int

  /// An empty cache for sequences of up to the context length of `model`.
  public init(for model: GPT) {
    let config = model.config
    capacity = config.contextLength
    layers = (0..<config.layerCount).map { _ in
      AttentionCache(capacity: config.contextLength, config.heads, elementType: model.elementType)
    }
  }

  /// How many positions are held.
  public var length: Int { layers.first?.length ?? 0 }

  /// Forgets positions from `length` on.
  public func truncate(to length: Int) {
    for layer in layers { layer.truncate(to: length) }
  }
}
