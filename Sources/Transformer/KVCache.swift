import Autograd

/// The keys and values of a sequence so far, so that decoding a token computes that token alone.
///
/// A class, since the model appends to it as it runs. It holds one sequence and records nothing.
public final class KVCache {
  /// One block's part.
  public final class Layer {
    private var keys, values: Tensor  // [capacity, G·D]

    /// How many positions are held.
    fileprivate(set) var length = 0

    init(capacity: Int, width: Int, elementType: ElementType) {
      // Left unwritten, so that a long context takes memory only as it fills.
      keys = Tensor(shape: [capacity, width], elementType: elementType) { _ in }
      values = Tensor(shape: [capacity, width], elementType: elementType) { _ in }
    }

    /// Appends rows of keys and values [1, T, G·D] and returns all so far, [length, G·D].
    /// Traps where they do not fit.
    func append(keys newKeys: Tensor, values newValues: Tensor) -> (keys: Tensor, values: Tensor) {
      keys.replaceRows(from: length, with: newKeys)
      values.replaceRows(from: length, with: newValues)
      length += newKeys.shape[1]
      return (keys.rows(0..<length), values.rows(0..<length))
    }
  }

  let layers: [Layer]
  /// How many positions fit.
  public let capacity: Int

  /// An empty cache for sequences of up to the context length of `model`.
  public init(for model: GPT) {
    let (config, elementType) = (model.config, model.elementType)
    capacity = config.contextLength
    let width = config.keyValueHeadCount * config.headWidth
    layers = (0..<config.layerCount).map { _ in
      Layer(capacity: config.contextLength, width: width, elementType: elementType)
    }
  }

  /// How many positions are held.
  public var length: Int { layers.first?.length ?? 0 }

  /// Forgets positions from `length` on.
  public func truncate(to length: Int) {
    require(length >= 0 && length <= self.length, "KVCache: \(length) positions of \(self.length)")
    for layer in layers { layer.length = length }
  }
}
