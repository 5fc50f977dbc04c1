import Fables
import Foundation
import Randomness
import Testing

@Suite struct GrammarTests {
  @Test("every fable has exactly one derivation, with the probability that its writer drew it with")
  func unambiguous() {
    let grammar = FableGrammar.standard
    let writer = FableWriter(grammar)
    let start = Reading(grammar.fable, roleCount: grammar.roleCount, repeats: false)
    for number in 0..<2_000 {
      let (bytes, drawn) = writer.fable(RandomKey(seed: 99).derived(by: UInt64(number)))
      var reading = start
      let scored = bytes.reduce(0) { $0 + log(reading.read($1)) }
      #expect(reading.completeCount == 1, "\(String(decoding: bytes, as: UTF8.self))")
      #expect(abs(scored - drawn) <= roundingBound(characters: bytes.count))
    }
  }

  @Test("a grammar that writes a text in two ways is found out")
  func ambiguous() {
    let grammar = FableGrammar(
      version: 1, roles: [],
      stories: [
        Story(titles: ["A"], ["b[c|]d", "bd", "be"], endings: .init(["f."], morals: ["g"]))
      ])
    var reading = Reading(grammar.fable, roleCount: 0, repeats: false)
    let probability = "A\nbd f.\ng\n\n".utf8.reduce(1) { $0 * reading.read($1) }
    #expect(reading.completeCount == 2)
    #expect(abs(probability - (1 / 6.0 + 1 / 3.0)) < 1e-12)
  }

  @Test("the probabilities of all that a small grammar writes sum to one")
  func exhaustive() throws {
    let texts = small.allTexts
    let casts = 3 * 2
    let ends = 2 + 1
    #expect(texts.count == casts * ends)
    #expect(Set(texts).count == texts.count)
    let total = texts.reduce(0) { $0 + exp(FableScorer(small).logProbabilities($1).reduce(0, +)) }
    #expect(abs(total - 1) <= Double(texts.count) * roundingBound(characters: 64))
  }

  @Test("at every place of a text the probabilities of what may follow sum to one")
  func normalised() {
    let grammar = FableGrammar.standard
    var reading = Reading(grammar.fable, roleCount: grammar.roleCount, repeats: true)
    for byte in FableWriter().text(seed: 5, byteCount: 20_000).utf8 {
      let next = reading.nextBytes
      #expect(abs(next.values.reduce(0, +) - 1) <= roundingBound(characters: 1))
      #expect(abs(reading.read(byte) - next[byte, default: 0]) <= roundingBound(characters: 1))
    }
  }

  @Test("two roles of one list are never cast alike, and a role stays what it is")
  func casting() {
    for text in small.allTexts {
      let lines = text.split(separator: "\n")
      let words = lines[1].split(whereSeparator: { " .".contains($0) })
      #expect(words[0] != words[2])
      #expect(lines[0].lowercased() == "the \(words[0])")
    }
  }

  @Test("what is written is plain ASCII without a trace of the templates' notation")
  func plain() {
    let characters = Set(FableWriter().text(seed: 3, byteCount: 300_000).unicodeScalars)
    #expect(characters.allSatisfy { $0.isASCII })
    #expect(characters.isDisjoint(with: "{}[]|\t\r".unicodeScalars))
    #expect((40...70).contains(characters.count))
  }
}

/// Relative rounding errors add up: at each character at most a few thousand weights are summed and each is
/// divided once, every time within half a unit in the last place.
private func roundingBound(characters: Int) -> Double {
  Double(characters) * 4_096 * 0x1p-53
}

/// Three animals in two roles; what follows from whom.
private let small = FableGrammar(
  version: 1,
  roles: ["bear", "crow"].map {
    Role([$0], from: "animals", WordList([["cat"], ["dog"], ["hen"]]))
  },
  stories: [
    Story(
      titles: ["The {Bear}"], ["{bear} met {crow}."],
      endings: .init(["[They sang|They slept]."], morals: ["Sing."]), .init(["No."], morals: ["Or not."]))
  ])

extension FableGrammar {
  /// Everything that the grammar writes, once for each derivation.
  fileprivate var allTexts: [String] {
    var texts: [String] = []
    func write(_ bytes: [UInt8], _ pending: [Phrase], _ casting: Casting) {
      guard let phrase = pending.last else { return texts.append(String(decoding: bytes, as: UTF8.self)) }
      let rest = Array(pending.dropLast())
      switch phrase.expanded(given: casting) {
      case .text(let text): write(bytes + text, rest, casting)
      case .pieces(let pieces): write(bytes, rest + pieces.reversed(), casting)
      case .draw(let alternatives):
        for alternative in alternatives { write(bytes, rest + [alternative.phrase], alternative.casting) }
      }
    }
    write([], [fable], Casting(roleCount: roleCount))
    return texts
  }
}
