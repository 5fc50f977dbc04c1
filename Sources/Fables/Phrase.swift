/// A piece of a fable, as a tree: the nodes of the grammar.
///
/// Every alternative of a choice is equally likely, and so is every entry of a word's list, so the
/// probability of a derivation is the product of one over the number of alternatives at each of its draws.
package indirect enum Phrase: Sendable {
  /// These bytes of ASCII.
  case text([UInt8])
  /// These pieces in a row.
  case sequence([Phrase])
  /// One of these pieces.
  case choice([Phrase])
  /// A word of the cast: drawn where a fable first mentions its role, the same ever after.
  case word(Word)
}

/// A mention of a role in one of its forms, such as `{his}` of the role that `{Bram}` plays.
package struct Word: Sendable {
  /// Which role is mentioned.
  package let role: Int
  /// The roles that draw from the same list; two of them never hold the same entry.
  package let rivals: [Int]
  /// How the form is spelled for each entry of the list.
  package let spellings: [[UInt8]]
}

/// What a fable has drawn so far: the entry that each role holds, once it was mentioned.
package struct Casting: Sendable {
  private var entries: [Int?]

  /// Nobody is cast yet.
  package init(roleCount: Int) {
    entries = Array(repeating: nil, count: roleCount)
  }

  /// The entry that a role holds.
  package subscript(role: Int) -> Int? {
    get { entries[role] }
    set { entries[role] = newValue }
  }
}

/// What happens at a phrase: the one meaning of the grammar, shared by writing and reading.
package enum Expansion: Sendable {
  /// These bytes stand here.
  case text([UInt8])
  /// These pieces stand here, in this order.
  case pieces([Phrase])
  /// One of these happens, each with the same probability.
  case draw([(phrase: Phrase, casting: Casting)])
}

extension Phrase {
  /// One step of the derivation below this phrase.
  package func expanded(given casting: Casting) -> Expansion {
    switch self {
    case .text(let bytes): .text(bytes)
    case .sequence(let pieces): .pieces(pieces)
    case .choice(let alternatives): .draw(alternatives.map { ($0, casting) })
    case .word(let word): word.expanded(given: casting)
    }
  }
}

extension Word {
  fileprivate func expanded(given casting: Casting) -> Expansion {
    if let entry = casting[role] { return .text(spellings[entry]) }
    let taken = rivals.compactMap { casting[$0] }
    let free = spellings.indices.filter { !taken.contains($0) }
    return .draw(
      free.map { entry in
        var cast = casting
        cast[role] = entry
        return (.text(spellings[entry]), cast)
      })
  }
}
