import NGrams
import Testing
import Text

@Suite("Cross-fitted Kneser–Ney")
struct CrossFittedKneserNeyTests {
  private let ids = repetitiveText(6_500, vocabularySize: 5)

  private func model(_ ids: [Int32], from first: Int = 0) -> CrossFittedKneserNey {
    CrossFittedKneserNey(
      TokenIDs(ids, vocabularySize: 5)[first...], vocabularySize: 5, order: 4, limit: 1 << 22)
  }

  private func distribution(_ model: CrossFittedKneserNey, at position: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: 5) { buffer, count in
      model.distribution(at: position, into: buffer)
      count = 5
    }
  }

  @Test("a position is answered for by the counts of the blocks that its fold has not", arguments: [0, 500])
  func counts(first: Int) {
    let model = model(ids, from: first)
    let block = model.blockLength
    let tokens = TokenIDs(ids, vocabularySize: 5)
    for position in [first, first + 3, first + block - 1, first + block, first + 4 * block + 7, ids.count - 1] {
      let fold = (position - first) / block % 4
      let others = stride(from: first, to: ids.count, by: block)
        .filter { ($0 - first) / block % 4 != fold }
        .map { $0..<min($0 + block, ids.count) }
      // Blocks side by side are one piece: n-grams reach from one into the next.
      let pieces = others.reduce(into: [Range<Int>]()) { pieces, next in
        if let last = pieces.last, last.upperBound == next.lowerBound {
          pieces[pieces.count - 1] = last.lowerBound..<next.upperBound
        } else {
          pieces.append(next)
        }
      }
      let plain = KneserNey(NGramCounts(tokens, in: pieces, vocabularySize: 5), order: 4)
      let recent = RecentTokens(before: position, in: tokens[first...])
      #expect(distribution(model, at: position) == plain.distribution(after: recent))
    }
  }

  @Test("what comes at a position has no part in its distribution")
  func ownToken() {
    let position = 2 * model(ids).blockLength + 10
    var others = ids
    others[position] = (ids[position] + 1) % 5
    #expect(distribution(model(others), at: position) == distribution(model(ids), at: position))
    #expect(distribution(model(others), at: position + 1) != distribution(model(ids), at: position + 1))
  }

  @Test("a text of one block is answered for by nothing, which is uniform; one of two, each by the other")
  func shortText() {
    #expect(distribution(model(Array(ids.prefix(60))), at: 30) == [0.2, 0.2, 0.2, 0.2, 0.2])
    #expect(distribution(model(Array(ids.prefix(128))), at: 30) != [0.2, 0.2, 0.2, 0.2, 0.2])
  }
}
