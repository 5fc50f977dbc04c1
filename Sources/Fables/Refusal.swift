/// The place where a grammar cannot write a text.
public struct Refusal: Sendable, Equatable, CustomStringConvertible {
  /// What was judged.
  public enum Kind: String, Sendable {
    case sentence, fable
  }

  public let kind: Kind
  /// The line, counted from one, on which the sentence or the fable begins.
  public let line: Int
  /// What the grammar accepted of it.
  public let accepted: String
  /// What stands after that, and the grammar does not write there.
  public let found: String
  /// The characters that the grammar would write there instead, the likeliest first.
  public let expected: String

  /// Where it is, what is wrong, and what would be right.
  public var description: String {
    let wish =
      expected.isEmpty
      ? "it should end there" : "one of “\(expected.replacing("\n", with: "⏎"))” would be accepted"
    return "line \(line), \(kind): “\(tail(accepted))” cannot go on with “\(head(found))”; \(wish)"
  }

  private func tail(_ text: String) -> String {
    let end = text.suffix(30).replacing("\n", with: "⏎")
    return text.count > 30 ? "…" + end : String(end)
  }

  private func head(_ text: String) -> String {
    let start = text.prefix(15).replacing("\n", with: "⏎")
    return text.count > 15 ? start + "…" : String(start)
  }
}
