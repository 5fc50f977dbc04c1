/// A probabilistic grammar of short fables: a text is a row of fables, each drawn independently.
///
/// A derivation is a sequence of draws among equally likely alternatives. The grammar is unambiguous: no
/// fable has two derivations, so that its probability is the product over the draws of its only one.
public struct FableGrammar: Sendable {
  /// Rises whenever the same seed would write other fables.
  public let version: Int
  /// Any fable, with the blank line after it.
  package let fable: Phrase
  /// Any single sentence, title or moral, with whatever cast.
  package let sentence: Phrase
  /// The number of roles that a fable may mention.
  package let roleCount: Int

  /// The grammar of these stories about these roles.
  package init(version: Int, roles: [Role], stories: [Story]) {
    let reader = TemplateReader(roles: roles)
    self.version = version
    fable = .choice(stories.map { $0.phrase(reader) })
    sentence = .choice(stories.flatMap { $0.sentences(reader) })
    roleCount = roles.count
  }

  /// The grammar that wrote `data/fables.txt`.
  public static let standard = FableGrammar(
    version: 2, roles: Role.all,
    stories: [
      .sharing, .vanity, .boasting, .patience, .helping, .honesty, .greed, .listening,
    ])
}
