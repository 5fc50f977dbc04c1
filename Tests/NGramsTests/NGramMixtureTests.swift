import Foundation
import NGrams
import Randomness
import Testing
import Text

@Suite("A mixture of a network and n-grams")
struct NGramMixtureTests {
  static let size = 6
  static let ids = repetitiveText(700, vocabularySize: size)

  static func mixture(order: Int = 4, _ exponents: NGramMixture.Exponents) -> NGramMixture {
    let text = CountedText(of: TokenIDs(ids[..<500], vocabularySize: size)[...], vocabularySize: size)
    return NGramMixture(NGramMixture.Parameters(text, order: order, exponents: exponents))
  }

  /// Logits that lean a little to what stands there.
  static func logits(_ place: Int) -> [Float] {
    let draws = RandomKey(seed: 5).derived(by: UInt64(place)).normals(count: size)
    return draws.indices.map { Float(draws[$0] + ($0 == Int(ids[place]) ? 1 : 0)) }
  }

  static let predictions = {
    var predictions = NetworkPredictions(vocabularySize: size)
    for place in 500..<700 {
      predictions.append(logits: logits(place), target: ids[place], after: RecentTokens(ids[..<place]))
    }
    return predictions
  }()

  /// log p of every token by the formula, from plain probabilities.
  static func plain(_ place: Int, order: Int, _ exponents: NGramMixture.Exponents) -> [Double] {
    let counts = PlainKneserNey([Array(ids[..<500])], vocabularySize: size, order: order)
    let logits = logits(place).map { exp(Double($0)) }
    let products = (0..<size).map { token in
      pow(logits[token] / logits.reduce(0, +), exponents.network)
        * pow(counts.probability(of: Int32(token), after: Array(ids[..<place])), exponents.counts)
    }
    return products.map { log($0 / products.reduce(0, +)) }
  }

  /// Of a probability of a Float each factor of the discounts and of the sum, some 30 of them, and the result as one.
  static let tolerance = 40 * 0x1p-24

  @Test(
    "has the probabilities of its formula, which sum to 1",
    arguments: [(0.4, 0.6), (1, 0), (0, 1), (1.3, 0.9), (0.2, -0.1)])
  func formula(network: Double, counts: Double) {
    let exponents = NGramMixture.Exponents(network: network, counts: counts)
    let mixture = Self.mixture(exponents)
    for place in 500..<560 {
      let found = mixture.logProbabilities(Self.logits(place), after: RecentTokens(Self.ids[..<place]))
      let expected = Self.plain(place, order: 4, exponents)
      // A relative error of a probability is an absolute one of its logarithm, which is rounded itself.
      #expect(zip(found, expected).allSatisfy { abs(Double($0) - $1) <= Self.tolerance * max(1, abs($1)) })
      #expect(abs(found.reduce(0) { $0 + exp(Double($1)) } - 1) <= Self.tolerance * 10)
    }
  }

  @Test("its losses are the sums of its formula and of the network's, on any number of threads", arguments: [1, 2, 5])
  func losses(threads: Int) {
    let exponents = NGramMixture.Exponents(network: 0.4, counts: 0.6)
    let found = Self.mixture(exponents).losses(Self.predictions, threads: threads)
    func sum(_ exponents: NGramMixture.Exponents) -> Double {
      (500..<700).reduce(0) { $0 - Self.plain($1, order: 4, exponents)[Int(Self.ids[$1])] }
    }
    #expect(abs(found.mixture - sum(exponents)) <= 200 * Self.tolerance)
    #expect(abs(found.network - sum(.init(network: 1, counts: 0))) <= 200 * Self.tolerance)
    let alone = Self.mixture(exponents).losses(Self.predictions, threads: 1)
    #expect(found.mixture == alone.mixture && found.network == alone.network)
  }

  @Test("is fitted where the gradient of the plain objective is 0, on any number of threads", arguments: [1, 2, 5])
  func fitting(threads: Int) {
    let found = Self.mixture(.init(network: 0, counts: 0)).fitted(to: Self.predictions, threads: threads).exponents
    func objective(_ network: Double, _ counts: Double) -> Double {
      let loss = (500..<700).reduce(0) {
        $0 - Self.plain($1, order: 4, .init(network: network, counts: counts))[Int(Self.ids[$1])]
      }
      return loss + (pow(network - 0.5, 2) + pow(counts - 0.5, 2)) / 2
    }
    let (h, at) = (1e-4, objective(found.network, found.counts))
    let gradient = [
      (objective(found.network + h, found.counts) - objective(found.network - h, found.counts)) / (2 * h),
      (objective(found.network, found.counts + h) - objective(found.network, found.counts - h)) / (2 * h),
    ]
    // The features of 200 places, rounded to Floats of up to 8: 200 · 8 · 2⁻²⁴; and a difference's rounding beside it.
    #expect(gradient.allSatisfy { abs($0) < 2e-4 })
    // Neither alone is better, nor the even mixture that it began with.
    for (network, counts) in [(1.0, 0.0), (0, 1), (0.5, 0.5)] { #expect(at < objective(network, counts)) }
    let alone = Self.mixture(.init(network: 0, counts: 0)).fitted(to: Self.predictions, threads: 1).exponents
    #expect(found == alone)
  }

  @Test("stays finite where both are always right, where there is nothing to fit to, and where a logit is no number")
  func degenerate() {
    let mixture = Self.mixture(.init(network: 0.5, counts: 0.5))
    var certain = NetworkPredictions(vocabularySize: Self.size)
    for place in 0..<400 {
      let logits = (0..<Self.size).map { Float($0 == Int(Self.ids[place]) ? 50 : -50) }
      certain.append(logits: logits, target: Self.ids[place], after: RecentTokens(Self.ids[..<place]))
    }
    let fitted = mixture.fitted(to: certain, threads: 2)
    #expect(abs(fitted.exponents.network) < 10 && abs(fitted.exponents.counts) < 10)
    #expect(fitted.losses(certain, threads: 1).mixture / 400 < 1e-3)

    let even = NGramMixture.Exponents(network: 0.5, counts: 0.5)
    #expect(mixture.fitted(to: NetworkPredictions(vocabularySize: Self.size), threads: 2).exponents == even)
    var unusable = NetworkPredictions(vocabularySize: Self.size)
    unusable.append(logits: [.nan, 0, 0, 0, 0, 0], target: 1, after: RecentTokens())
    #expect(mixture.fitted(to: unusable, threads: 1).exponents == even)
    #expect(mixture.logProbabilities([.nan, 0, 0, 0, 0, 0], after: RecentTokens()).allSatisfy { $0.isNaN })
  }
}

@Suite("A counted text")
struct CountedTextTests {
  @Test("is the whole of a text, in one piece")
  func whole() {
    let ids = TokenIDs([0, 1, 2, 1, 0], vocabularySize: 3)
    let text = CountedText(of: ids[1...], vocabularySize: 3)
    #expect(text.tokens.elementsEqual([1, 2, 1, 0]) && text.pieces == [4])
  }

  @Test("is the beginning and blocks of a text that is too long, and counts nothing across their ends")
  func sampled() {
    let count = CountedText.mostTokens + 100_000
    let ids = TokenIDs((0..<count).lazy.map { Int32($0 % 7) }, vocabularySize: 7)
    let text = CountedText(of: ids[...], vocabularySize: 7)
    let ranges = (0..<count).sampled(atMost: CountedText.mostTokens)
    #expect(text.pieces == ranges.map(\.count) && text.tokens.count == CountedText.mostTokens)
    #expect(text.tokens.suffix(9).elementsEqual(ids.suffix(9)))

    let pieces = CountedText(TokenIDs([0, 1, 0, 2], vocabularySize: 3), pieces: [2, 2], vocabularySize: 3).counts
    #expect(pieces.counts(of: 0, after: RecentTokens([1])).contexts[1] == 0)
    #expect(pieces.counts(of: 2, after: RecentTokens([0])).continuations[1] == 1)
  }
}
