import Foundation
import NGrams
import Testing
import Text

@Suite struct KneserNeyTests {
  /// Each γ is kept as a Float, and a probability has at most 8 of them as factors; all its terms are positive.
  private static let tolerance = 8 * unitRoundoff

  @Test("probabilities are those of the formulas", arguments: 1...8)
  func formulas(order: Int) {
    for (size, count) in [(2, 60), (3, 300), (12, 500)] {
      let ids = repetitiveText(count, vocabularySize: size)
      let plain = PlainKneserNey([ids], vocabularySize: size, order: order)
      let model = KneserNey(NGramCounts(ids, vocabularySize: size), order: order)
      for context in contexts(ids, vocabularySize: size) {
        let recent = RecentTokens(context)
        for token in 0..<Int32(size) {
          let expected = plain.probability(of: token, after: context)
          #expect(abs(model.probability(of: token, after: recent) - expected) <= Self.tolerance * expected)
        }
      }
    }
  }

  @Test("a distribution has every token's probability, and sums to 1", arguments: 1...8)
  func distributions(order: Int) {
    for (size, count) in [(2, 60), (12, 500), (300, 400)] {
      let ids = repetitiveText(count, vocabularySize: size)
      let model = KneserNey(NGramCounts(ids, vocabularySize: size), order: order)
      for context in contexts(ids, vocabularySize: size) {
        let recent = RecentTokens(context)
        let distribution = model.distribution(after: recent)
        // Of each term of at most 9 its own rounding and that of adding it.
        let tolerance = Self.tolerance + 18 * unitRoundoff
        #expect(abs(distribution.reduce(0) { $0 + Double($1) } - 1) <= tolerance)
        let exact = (0..<Int32(size)).map { model.probability(of: $0, after: recent) }
        #expect(abs(exact.reduce(0, +) - 1) <= Self.tolerance)
        #expect(zip(distribution, exact).allSatisfy { abs(Double($0) - $1) <= tolerance * $1 })
        #expect(distribution.allSatisfy { $0 > 0 })
      }
    }
  }

  @Test(
    "texts without counts for its discounts have proper probabilities too",
    arguments: [
      (ids: [], size: 3), ([0], 1), ([0], 2), ([1, 0], 2), ([0, 0], 1), ([0, 1, 2, 3, 4], 5),
      ([0, 1, 2, 0, 1], 70_000),
      (Array(repeating: 0, count: 50), 1), (Array(repeating: 2, count: 50), 4), ((0..<60).map { $0 % 2 }, 2),
    ] as [(ids: [Int32], size: Int)])
  func smallTexts(ids: [Int32], size: Int) {
    let counts = NGramCounts(ids, vocabularySize: size)
    for order in 1...8 {
      let model = KneserNey(counts, order: order)
      let plain = PlainKneserNey([ids], vocabularySize: size, order: order)
      for context in [[]] + ids.indices.map({ Array(ids[...$0]) }) + [[Int32(size) - 1]] {
        let recent = RecentTokens(context)
        let sum = model.distribution(after: recent).reduce(0) { $0 + Double($1) }
        #expect(abs(sum - 1) <= Self.tolerance + 18 * unitRoundoff)
        for token in Set(ids + [0, Int32(size) - 1]) {
          let found = model.probability(of: token, after: recent)
          let expected = plain.probability(of: token, after: context)
          #expect(found > 0)
          #expect(abs(found - expected) <= Self.tolerance * expected)
        }
      }
    }
  }

  @Test("one n-gram by hand: a b a c a b, order 2")
  func byHand() {
    let model = KneserNey(NGramCounts([0, 1, 0, 2, 0, 1], vocabularySize: 3), order: 2)
    // No bigram occurs 3 times, so the discounts are ½, 1, 1½. After a: b twice, c once. a comes after the beginning, b and
    // c; b after a; c after a.
    let alone = (1 - 0.5) / 5.0 + (1.5 + 0.5 + 0.5) / 5 / 3
    let expected = (2 - 1) / 3.0 + (1 + 0.5) / 3 * alone
    #expect(abs(model.probability(of: 1, after: RecentTokens([0])) - expected) <= Self.tolerance * expected)
  }
}

@Suite struct LossTests {
  @Test("losses are the means over all tokens but the first, after all of those before")
  func definition() {
    let ids = repetitiveText(9_000, vocabularySize: 5)
    let (training, validation) = (Array(ids[..<400]), Array(ids[8_700...]))
    let counts = NGramCounts(training, vocabularySize: 5)
    let losses = counts.losses(on: TokenIDs(ids, vocabularySize: 5)[8_700...])
    for order in 1...8 {
      let model = KneserNey(counts, order: order)
      let terms = validation.indices.dropFirst().map { index in
        -log(model.probability(of: validation[index], after: RecentTokens(validation[..<index])))
      }
      let expected = terms.reduce(0, +) / 299
      // The same terms, added in another order: 300 roundings of a Double.
      #expect(abs(losses[order - 1] - expected) <= 300 * 0x1p-53 * expected)
    }
  }

  @Test("losses are the same for any number of threads", arguments: [2, 3, 8])
  func threads(count: Int) {
    let ids = TokenIDs(repetitiveText(14_000, vocabularySize: 7), vocabularySize: 7)
    let counts = NGramCounts(ids[..<1_000], vocabularySize: 7)
    #expect(counts.losses(on: ids[1_000...], threads: count) == counts.losses(on: ids[1_000...], threads: 1))
  }

  @Test("there is no loss of nothing")
  func nothing() {
    let ids = TokenIDs([0, 1], vocabularySize: 2)
    #expect(NGramCounts(ids[...], vocabularySize: 2).losses(on: ids[..<1]).allSatisfy { $0.isNaN })
  }
}
