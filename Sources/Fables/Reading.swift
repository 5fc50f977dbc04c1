import Foundation

/// Reads a text byte by byte and keeps every derivation that agrees with it so far.
///
/// The grammar is unambiguous, but two derivations may agree for a while ("The Fo…": a fox or a frog?).
/// With weights summing to one over those that are alive, the probability of a byte given all before it is
/// the weight of the derivations that write it next.
package struct Reading: Sendable {
  private let root: Phrase
  private let roleCount: Int
  /// Whether another text of the root may follow the first.
  private let repeats: Bool
  private var derivations: [Derivation] = []

  /// Starts before the first byte of one text of `root`, or of a row of them.
  package init(_ root: Phrase, roleCount: Int, repeats: Bool) {
    self.root = root
    self.roleCount = roleCount
    self.repeats = repeats
    begin(weight: 1, into: &derivations)
  }

  /// How many derivations are complete here.
  package var completeCount: Int { derivations.count { $0.next == nil } }

  /// Whether no derivation agrees with what was read.
  package var isRefused: Bool { derivations.isEmpty }

  /// What may stand next, with its probability given everything read; the rest is the end of the text.
  package var nextBytes: [UInt8: Double] {
    derivations.reduce(into: [:]) { sums, derivation in
      if let byte = derivation.next { sums[byte, default: 0] += derivation.weight }
    }
  }

  /// Reads one byte; returns its probability given everything before it, 0 where the grammar refuses it.
  package mutating func read(_ byte: UInt8) -> Double {
    var probability = 0.0
    var survivors: [Derivation] = []
    for derivation in derivations where derivation.next == byte {
      probability += derivation.weight
      advance(derivation, into: &survivors)
    }
    for index in survivors.indices { survivors[index].weight /= probability }
    derivations = survivors
    return probability
  }

  private func begin(weight: Double, into derivations: inout [Derivation]) {
    let start = Derivation(
      rest: .then(root, .end), casting: Casting(roleCount: roleCount), weight: weight)
    open(start, into: &derivations)
  }

  private func advance(_ derivation: Derivation, into derivations: inout [Derivation]) {
    var derivation = derivation
    derivation.position += 1
    if derivation.position < derivation.text.count {
      derivations.append(derivation)
    } else {
      open(derivation, into: &derivations)
    }
  }

  /// Follows every draw up to the next byte.
  private func open(_ derivation: Derivation, into derivations: inout [Derivation]) {
    guard case .then(let phrase, let rest) = derivation.rest else {
      if repeats { return begin(weight: derivation.weight, into: &derivations) }
      var complete = derivation
      complete.text = []
      complete.position = 0
      derivations.append(complete)
      return
    }
    var opened = derivation
    switch phrase.expanded(given: derivation.casting) {
    case .text(let text):
      opened.rest = rest
      opened.text = text
      opened.position = 0
      if text.isEmpty { open(opened, into: &derivations) } else { derivations.append(opened) }
    case .pieces(let pieces):
      opened.rest = pieces.reversed().reduce(rest) { .then($1, $0) }
      open(opened, into: &derivations)
    case .draw(let alternatives):
      opened.weight /= Double(alternatives.count)
      for alternative in alternatives {
        opened.rest = .then(alternative.phrase, rest)
        opened.casting = alternative.casting
        open(opened, into: &derivations)
      }
    }
  }
}

/// One way to have derived the text so far.
private struct Derivation: Sendable {
  /// What follows the text at hand.
  var rest: Rest
  var casting: Casting
  /// Its probability among the derivations that are alive.
  var weight: Double
  /// The text at hand, and how much of it was read.
  var text: [UInt8] = []
  var position = 0

  /// The byte that it writes next; `nil` at its end.
  var next: UInt8? { position < text.count ? text[position] : nil }
}

/// The phrases that are still to come, shared among derivations.
private indirect enum Rest: Sendable {
  case end
  case then(Phrase, Rest)
}
