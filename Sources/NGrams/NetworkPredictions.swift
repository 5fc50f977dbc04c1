/// What a network predicts at some places of a text, and which tokens stand there.
public struct NetworkPredictions: Sendable {
  /// V: the vocabulary size.
  public let vocabularySize: Int
  /// The network's logits, [N, V], row-major.
  public private(set) var logits: [Float] = []
  /// The token that stands there, [N].
  public private(set) var targets: [Int32] = []
  /// What stands before it, [N].
  public private(set) var contexts: [RecentTokens] = []

  /// No places yet.
  public init(vocabularySize: Int) { self.vocabularySize = vocabularySize }

  /// N: how many places there are.
  public var count: Int { targets.count }

  /// Adds a place: the network's logits there, [V], the token that stands there, and what stands before.
  ///
  /// - Precondition: there are V logits, and `target` is in `0 ..< V`.
  public mutating func append(logits row: some Collection<Float>, target: Int32, after context: RecentTokens) {
    precondition(
      row.count == vocabularySize && 0..<vocabularySize ~= Int(target),
      "NetworkPredictions: \(row.count) logits, target \(target), vocabulary of \(vocabularySize)")
    logits.append(contentsOf: row)
    targets.append(target)
    contexts.append(context)
  }

  /// Adds the places of `others`, of the same vocabulary.
  public mutating func append(_ others: NetworkPredictions) {
    precondition(others.vocabularySize == vocabularySize, "NetworkPredictions: vocabularies differ")
    logits += others.logits
    targets += others.targets
    contexts += others.contexts
  }
}
