import Fables
import Foundation
import Testing

@Suite struct CorpusTests {
  private static let corpus = FableCorpus(seed: 1, byteCount: 1_000_000)
  private static let data = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "data")

  @Test("data/fables.txt and its sidecar are what the grammar writes from seed 1")
  func committed() throws {
    let text = try Data(contentsOf: Self.data.appending(path: "fables.txt"))
    #expect(text == Data(Self.corpus.text.utf8))
    let sidecar = try String(contentsOf: Self.data.appending(path: "fables.json"), encoding: .utf8)
    #expect(sidecar == Self.corpus.sidecar)
  }

  @Test("the sidecar's entropy is the mean of −ln p over the last tenth of the characters")
  func entropy() throws {
    let characters = Self.corpus.text.utf8.count
    #expect(Self.corpus.validationStart == characters * 9 / 10)
    let logProbabilities = FableScorer().logProbabilities(Self.corpus.text)
    let validation = logProbabilities[Self.corpus.validationStart...]
    let mean = -validation.reduce(0, +) / Double(validation.count)
    #expect(abs(mean - Self.corpus.entropyPerCharacter) < 1e-12)
    #expect(Self.corpus.sidecar.contains("\"entropy_nats_per_character\": 0.0"))
    #expect((0.05...0.6).contains(mean))
  }

  @Test("the same seed writes the same text, another seed another, and more of it begins the same")
  func deterministic() {
    let writer = FableWriter()
    let text = writer.text(seed: 7, byteCount: 5_000)
    #expect(writer.text(seed: 7, byteCount: 5_000) == text)
    #expect(writer.text(seed: 8, byteCount: 5_000) != text)
    #expect(writer.text(seed: 7, byteCount: 9_000).hasPrefix(text))
    #expect(text.utf8.count >= 5_000 && text.hasSuffix(".\n\n"))
    #expect(writer.text(seed: 7, byteCount: 0).isEmpty)
  }

  @Test("what no grammar wrote has no finite entropy")
  func refused() {
    let scorer = FableScorer()
    let text = "The Bear und the Crow\n"
    #expect(scorer.logProbabilities(text).prefix(9).allSatisfy { $0 > -.infinity })
    #expect(scorer.logProbabilities(text).dropFirst(9).allSatisfy { $0 == -.infinity })
    #expect(scorer.entropyPerCharacter(of: text, in: 0..<22) == .infinity)
    #expect(scorer.entropyPerCharacter(of: text, in: 3..<3) == 0)
  }

  @Test("a character 5-gram model is at least 0.2 nats a character above the entropy")
  func noTriviality() {
    var model = NGramModel(context: 4)
    let text = Array(Self.corpus.text.utf8)
    let validation = Self.corpus.validationStart..<text.count
    for position in 4..<validation.lowerBound { model.learn(text, at: position) }
    let loss = validation.reduce(0) { $0 - log(model.probability(of: text, at: $1)) }
    #expect(loss / Double(validation.count) - Self.corpus.entropyPerCharacter >= 0.2)
  }
}

/// An interpolated n-gram model with Witten and Bell's smoothing:
/// p(c | h) = (count(hc) + kinds(h) · p(c | shorter h)) / (count(h) + kinds(h)), where kinds(h) is the number
/// of different characters seen after h, and the distribution after no history at all is smoothed by 1/256.
private struct NGramModel {
  let context: Int
  private var counts: [UInt64: Double] = [:]
  private var histories: [UInt64: (count: Double, kinds: Double)] = [:]

  init(context: Int) {
    self.context = context
  }

  mutating func learn(_ text: [UInt8], at position: Int) {
    for (history, continued) in keys(text, at: position) {
      counts[continued, default: 0] += 1
      let isNew = counts[continued] == 1
      histories[history, default: (0, 0)].count += 1
      if isNew { histories[history]?.kinds += 1 }
    }
  }

  func probability(of text: [UInt8], at position: Int) -> Double {
    keys(text, at: position).reduce(1 / 256) { shorter, key in
      guard let seen = histories[key.history] else { return shorter }
      return (counts[key.continued, default: 0] + seen.kinds * shorter) / (seen.count + seen.kinds)
    }
  }

  /// For each length of history, the shortest first: the history, and the history with the character.
  private func keys(_ text: [UInt8], at position: Int) -> [(history: UInt64, continued: UInt64)] {
    (0...context).map { length in
      let history = text[position - length..<position].reduce(1) { $0 << 8 | UInt64($1) }
      return (history, history << 8 | UInt64(text[position]))
    }
  }
}
