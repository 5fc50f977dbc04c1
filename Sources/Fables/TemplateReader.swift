/// Reads the notation in which sentences are written.
///
///     {Bram}          a role in one of its forms; a capital where the example has none capitalises it
///     [one|another]   a choice, which may hold further ones
///
/// Everything else stands for itself.
package struct TemplateReader {
  private let mentions: [String: Word]

  /// Prepares the notation for these roles.
  package init(roles: [Role]) {
    var mentions: [String: Word] = [:]
    for (index, role) in roles.enumerated() {
      let rivals = roles.indices.filter { $0 != index && roles[$0].pool == role.pool }
      for (column, name) in role.example.enumerated() {
        let forms = role.list.rows.map { $0[column] }
        mentions[name.capitalizedFirst] = Word(
          role: index, rivals: rivals, spellings: forms.map { Array($0.capitalizedFirst.utf8) })
        mentions[name] = Word(role: index, rivals: rivals, spellings: forms.map { Array($0.utf8) })
      }
    }
    self.mentions = mentions
  }

  /// The phrase that a template stands for.
  /// - Precondition: every bracket and brace is closed, and every name in braces belongs to a role.
  package func phrase(_ template: String) -> Phrase {
    var rest = Substring(template)
    let phrase = sequence(&rest)
    precondition(rest.isEmpty, "template “\(template)”: a bar or a bracket stands outside of a choice")
    return phrase
  }

  private func sequence(_ rest: inout Substring) -> Phrase {
    var pieces: [Phrase] = []
    while let next = rest.first, next != "|", next != "]" {
      switch next {
      case "[": pieces.append(choice(&rest))
      case "{": pieces.append(mention(&rest))
      default:
        let text = rest.prefix { !"[]{|".contains($0) }
        rest.removeFirst(text.count)
        pieces.append(.text(Array(text.utf8)))
      }
    }
    return pieces.count == 1 ? pieces[0] : .sequence(pieces)
  }

  private func choice(_ rest: inout Substring) -> Phrase {
    var alternatives: [Phrase] = []
    repeat {
      rest.removeFirst()  // the bracket that opens, or a bar
      alternatives.append(sequence(&rest))
    } while rest.first == "|"
    precondition(rest.first == "]", "template: a choice is not closed before “\(rest)”")
    rest.removeFirst()
    return .choice(alternatives)
  }

  private func mention(_ rest: inout Substring) -> Phrase {
    let name = rest.dropFirst().prefix { $0 != "}" }
    rest.removeFirst(name.count + 1)
    precondition(rest.first == "}", "template: the brace before “\(name)” is not closed")
    rest.removeFirst()
    guard let word = mentions[String(name)] else {
      preconditionFailure("template: no role is called “\(name)”")
    }
    return .word(word)
  }
}

extension String {
  /// The text with its first letter as a capital.
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
