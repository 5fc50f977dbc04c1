import Autograd

/// A model's logits with a key/value cache, token by token, against those of the whole sequence at once.
///
///     let check = CacheCheck(model, tokens)
///     if !check.passes { print("position \(check.worstPosition) is off by \(check.worst)") }
public struct CacheCheck {
  /// What the logits' elements are.
  public let elementType: ElementType
  /// How many logits were compared.
  public let comparedCount: Int
  /// The largest difference, and the position of the sequence that it is at.
  public let worst: Double
  public let worstPosition: Int
  /// The largest logit, in magnitude.
  public let largest: Double
  /// The largest difference that is put down to rounding, by a rule of thumb: see `additions`.
  public let bound: Double

  /// Whether they agree; not where one is no number.
  public var passes: Bool { worst.isFinite && worst <= bound }

  /// Compares the logits at every position of `tokens`, as many as fit the model's context.
  public init(_ model: GPT, _ tokens: [Int32]) {
    let tokens = Array(tokens.prefix(model.config.contextLength))
    let whole = model.logits(tokens).scalars
    let cache = KVCache(for: model)
    let cached = tokens.flatMap { model.logits([$0], cache: cache).scalars }
    self.init(model, length: tokens.count, whole: whole, cached: cached)
  }

  /// Compares logits that were computed in both ways for so many tokens.
  package init(_ model: GPT, length: Int, whole: [Double], cached: [Double]) {
    elementType = model.elementType
    comparedCount = whole.count
    let differences = zip(whole, cached).map { abs($0 - $1).isNaN ? .infinity : abs($0 - $1) }
    let place = differences.indices.max { differences[$0] < differences[$1] } ?? 0
    worst = differences[place]
    worstPosition = place / model.config.vocabularySize
    largest = whole.reduce(0) { max($0, abs($1)) }
    bound = Self.rounding(of: elementType) * Double(Self.additions(model.config, length: length)) * largest
  }

  /// The unit roundoff: half the distance from 1 to the next number.
  private static func rounding(of type: ElementType) -> Double {
    type == .float64 ? Double.ulpOfOne / 2 : Double(Float.ulpOfOne) / 2
  }

  /// How many additions, each with a rounding of its own, a logit has behind it: where both ways add in another order,
  /// they differ by at most so many roundings of the largest numbers that were added, to first order; for these stand
  /// the largest logits, which in a trained model are no smaller.
  private static func additions(_ config: GPTConfig, length: Int) -> Int {
    let projections = 2 * config.width + config.width + config.mlpWidth  // in and out of attention and of the MLP
    let attention = config.headWidth + 2 * length  // scores, the softmax's sum, the mixture of values
    let norms = 4 * config.width
    return config.layerCount * (projections + attention + norms) + 3 * config.width
  }
}
