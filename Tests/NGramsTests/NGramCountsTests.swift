import NGrams
import Testing
import Text

@Suite struct NGramCountsTests {
  @Test("counts are those of a search through the text", arguments: [2, 12, 300])
  func search(size: Int) {
    let ids = repetitiveText(400, vocabularySize: size)
    let counts = NGramCounts(ids, vocabularySize: size)
    for (index, context) in contexts(ids, vocabularySize: size).enumerated() where index % 7 == 0 {
      for length in 0..<8 {
        let context = Array(context.suffix(7))
        let recent = RecentTokens(context)
        let following = context.count < length ? [:] : followers(of: context.suffix(length), in: ids)
        var found: [Int32: Int] = [:]
        counts.forEachContinuation(after: recent, length: length) { found[$0] = $1 }
        #expect(found == following)
        for token in 0..<Int32(size) {
          let (contexts, continuations) = counts.counts(of: token, after: recent)
          #expect(contexts[length] == following.values.reduce(0, +))
          #expect(continuations[length] == following[token] ?? 0)
        }
      }
    }
  }

  private func followers(of context: ArraySlice<Int32>, in ids: [Int32]) -> [Int32: Int] {
    ids.indices.dropFirst(context.count).reduce(into: [:]) { counts, index in
      if ids[index - context.count..<index] == context { counts[ids[index], default: 0] += 1 }
    }
  }

  @Test("what is left out is not counted, and no n-gram reaches across it")
  func pieces() {
    let ids = repetitiveText(300, vocabularySize: 4)
    let ranges = [0..<90, 130..<130, 140..<141, 200..<300]
    let counts = NGramCounts(TokenIDs(ids, vocabularySize: 4), in: ranges, vocabularySize: 4)
    #expect(counts.tokenCount == 191)
    for order in [1, 2, 5, 8] {
      let model = KneserNey(counts, order: order)
      let plain = PlainKneserNey(ranges.map { Array(ids[$0]) }, vocabularySize: 4, order: order)
      for context in contexts(ids, vocabularySize: 4) {
        let expected = plain.probability(of: 1, after: context)
        let found = model.probability(of: 1, after: RecentTokens(context))
        #expect(abs(found - expected) <= 8 * unitRoundoff * expected)
      }
    }
  }

  @Test("recent tokens are the last seven, and go on as the text does")
  func recentTokens() {
    let ids = (0..<12).map(Int32.init)
    let tokens = TokenIDs(ids, vocabularySize: 12)[2...]
    var recent = RecentTokens()
    for position in 2..<12 {
      #expect(RecentTokens(before: position, in: tokens) == recent)
      #expect(RecentTokens(ids[2..<position]) == recent)
      recent.append(ids[position])
    }
    #expect(recent == RecentTokens(ids.suffix(7)))
  }
}
