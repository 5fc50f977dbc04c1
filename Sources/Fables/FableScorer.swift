import Foundation

/// Computes exact probabilities under a grammar.
public struct FableScorer: Sendable {
  private let grammar: FableGrammar

  /// Prepares to score under a grammar.
  public init(_ grammar: FableGrammar = .standard) {
    self.grammar = grammar
  }

  /// ln p(character | all characters before it) for every character of a row of fables, whose last one may
  /// be unfinished; −∞ from the first character on that the grammar cannot write.
  ///
  /// Characters are bytes here: fables are ASCII, and anything else is refused at its first byte.
  public func logProbabilities(_ text: String) -> [Double] {
    var reading = Reading(grammar.fable, roleCount: grammar.roleCount, repeats: true)
    return text.utf8.map { log(reading.read($0)) }
  }

  /// The mean of −ln p(character | all characters before it) over the characters in `range`; infinite if the
  /// grammar cannot write the text up to the range's end, and 0 for an empty range.
  public func entropyPerCharacter(of text: String, in range: Range<Int>) -> Double {
    -logProbabilities(text)[range].reduce(0, +) / Double(max(1, range.count))
  }
}
