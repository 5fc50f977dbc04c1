import Foundation
import Text

/// A network's probabilities times those of counts, each to a power of its own: log-linear interpolation, or a product of
/// two experts.
///
///     p(w | text) = p_network(w | text)^λ · p_counts(w | text)^μ / Z        Z: the sum over all tokens w
///
/// Counts are sure of what a text says often in the same words, a network of what words have in common. The exponents are
/// fitted to a text that neither has seen (`fitted(to:threads:)`). One pair is enough: on tinyshakespeare, pairs for each
/// length of the longest context that was counted, or for each magnitude of its count, or for both, gain at most 0.0006 nats
/// with a network that alone reaches 1.78, and nothing with one that reaches 1.58; fitted to 512 tokens rather than 20,000,
/// they lose.
///
/// D. Klakow, "Log-linear interpolation of language models" (ICSLP 1998); G. E. Hinton, "Training products of experts by
/// minimizing contrastive divergence" (Neural Computation 14, 2002). Mixing a neural model with counts: Y. Bengio et al.,
/// "A neural probabilistic language model" (JMLR 3, 2003); G. Neubig and C. Dyer, "Generalizing and hybridizing count-based
/// and neural language models" (EMNLP 2016).
public struct NGramMixture: Sendable {
  /// The powers of the two probabilities.
  public struct Exponents: Sendable, Hashable {
    /// λ, that of the network's probability, and μ, that of the counts'.
    public var network, counts: Double

    /// The exponents λ and μ.
    public init(network: Double, counts: Double) { (self.network, self.counts) = (network, counts) }

    /// Where nothing is known: the geometric mean of both.
    static let even = Exponents(network: 0.5, counts: 0.5)
  }

  /// The text that is counted.
  public let text: CountedText
  /// The model of its counts.
  public let model: KneserNey
  /// The powers of the two probabilities.
  public let exponents: Exponents

  private init(_ text: CountedText, _ model: KneserNey, _ exponents: Exponents) {
    (self.text, self.model, self.exponents) = (text, model, exponents)
  }

  /// A mixture, not fitted yet, with the n-grams of `text` up to the highest order: on tinyshakespeare, with a network that
  /// alone reaches 1.779, the orders 5 to 8 reach 1.538, 1.494, 1.479 and 1.475.
  public init(_ text: CountedText) {
    self.init(Parameters(text, order: NGramCounts.highestOrder, exponents: .even))
  }

  /// The same n-grams with other exponents.
  public func with(_ exponents: Exponents) -> NGramMixture { NGramMixture(text, model, exponents) }
}

// MARK: - What it follows from

extension NGramMixture {
  /// All that a mixture follows from.
  public struct Parameters: Sendable {
    /// The text that is counted.
    public let text: CountedText
    /// The longest n-grams that are looked at.
    public let order: Int
    /// The powers of the two probabilities.
    public let exponents: Exponents

    /// The parameters of a mixture.
    ///
    /// - Precondition: `order` is in 1 ... 8.
    public init(_ text: CountedText, order: Int, exponents: Exponents) {
      precondition(1...NGramCounts.highestOrder ~= order, "NGramMixture: order \(order)")
      (self.text, self.order, self.exponents) = (text, order, exponents)
    }

    /// The mixture: counts the text.
    public var mixture: NGramMixture { NGramMixture(self) }
  }

  /// The mixture of `parameters`, whose text it counts.
  public init(_ parameters: Parameters) {
    self.init(
      parameters.text, KneserNey(parameters.text.counts, order: parameters.order), parameters.exponents)
  }

  /// What it follows from.
  public var parameters: Parameters { Parameters(text, order: model.order, exponents: exponents) }
}

// MARK: - Probabilities

extension NGramMixture {
  /// log p(w | context) of every token w, [V], where the network has these logits, [V].
  ///
  /// - Precondition: there are V logits.
  public func logProbabilities(_ logits: [Float], after context: RecentTokens) -> [Float] {
    var row = Row(size: text.vocabularySize)
    logits.withUnsafeBufferPointer { row.read($0, context, model) }
    return row.mixed(exponents).map(Float.init)
  }

  /// The sums of the losses at `predictions`, in nats: the network's own, and the mixture's.
  ///
  /// - Parameter threads: how many share the work; the result is the same for any number.
  public func losses(_ predictions: NetworkPredictions, threads: Int) -> (network: Double, mixture: Double) {
    let total = predictions.sum(SIMD2<Double>.zero, +, threads: threads) { places in
      var row = Row(size: text.vocabularySize)
      return places.reduce(into: .zero) { sum, place in
        let (target, context) = (Int(predictions.targets[place]), predictions.contexts[place])
        predictions.withLogits(of: place) { row.read($0, context, model) }
        sum -= [row.network[target], row.mixed(exponents)[target]]
      }
    }
    return (total[0], total[1])
  }

  /// What both models say of the token at one place.
  struct Row {
    /// log p by each, [V].
    private(set) var network, counts: [Double]
    private var probabilities: [Float]

    init(size: Int) {
      (network, counts) = (Array(repeating: 0, count: size), Array(repeating: 0, count: size))
      probabilities = Array(repeating: 0, count: size)
    }

    /// Reads what the network's logits, [V], and the counts say after `context`.
    mutating func read(_ logits: UnsafeBufferPointer<Float>, _ context: RecentTokens, _ model: KneserNey) {
      precondition(logits.count == network.count, "NGramMixture: \(logits.count) logits, \(network.count) tokens")
      for token in network.indices { network[token] = Double(logits[token]) }
      network.normalize()
      probabilities.withUnsafeMutableBufferPointer { model.distribution(after: context, into: $0) }
      // None is 0, but of a large vocabulary one may be too small for a Float.
      for token in counts.indices { counts[token] = log(Double(max(probabilities[token], .leastNormalMagnitude))) }
    }

    /// log p by the mixture, [V].
    func mixed(_ exponents: Exponents) -> [Double] {
      var mixed = zip(network, counts).map { exponents.network * $0 + exponents.counts * $1 }
      mixed.normalize()
      return mixed
    }
  }
}

extension [Double] {
  /// Takes the logarithm of the sum of their exponentials from all elements, so that they are those of probabilities.
  fileprivate mutating func normalize() {
    // Relative to the largest, no exponential overflows.
    let largest = reduce(-.infinity, Swift.max)
    let logarithm = largest + log(reduce(0) { $0 + exp($1 - largest) })
    for index in indices { self[index] -= logarithm }
  }
}
