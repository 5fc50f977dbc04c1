import Foundation
import Randomness

/// Writes fables drawn from a grammar.
public struct FableWriter: Sendable {
  private let grammar: FableGrammar

  /// Prepares to write from a grammar.
  public init(_ grammar: FableGrammar = .standard) {
    self.grammar = grammar
  }

  /// Whole fables until the text has at least `byteCount` bytes; the same seed writes the same bytes.
  ///
  /// The last fable is drawn like any other and then kept whole, so that where the text ends says nothing
  /// about what is in it.
  public func text(seed: UInt64, byteCount: Int) -> String {
    let key = RandomKey(seed: seed)
    var bytes: [UInt8] = []
    var number: UInt64 = 0
    while bytes.count < byteCount {
      bytes += fable(key.derived(by: number)).bytes
      number += 1
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// One fable, whose draw number n is a function of the key and n, and the natural logarithm of its
  /// probability: minus the sum of the logarithms of how many alternatives each draw had.
  package func fable(_ key: RandomKey) -> (bytes: [UInt8], logProbability: Double) {
    var bytes: [UInt8] = []
    var drawCount: UInt64 = 0
    var logProbability = 0.0
    var casting = Casting(roleCount: grammar.roleCount)
    var pending = [grammar.fable]
    while let phrase = pending.popLast() {
      switch phrase.expanded(given: casting) {
      case .text(let text): bytes += text
      case .pieces(let pieces): pending += pieces.reversed()
      case .draw(let alternatives):
        let drawn = alternatives[key.index(at: drawCount, below: alternatives.count)]
        drawCount += 1
        logProbability -= log(Double(alternatives.count))
        casting = drawn.casting
        pending.append(drawn.phrase)
      }
    }
    return (bytes, logProbability)
  }
}
