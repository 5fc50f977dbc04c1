import Files
import Text

/// The characters of a text that a model's vocabulary lacks: they are read as its reserved token, and not scored.
struct UnknownCharacters {
  /// How many of the text's characters they are.
  let count: Int
  /// Which they are, the most frequent first.
  private let kinds: [Unicode.Scalar]

  /// Those of `corpus` that `tokenizer` has no ids for.
  init(in corpus: Corpus, by tokenizer: any Tokenizer) {
    let counts = corpus.characters[...].counts(vocabularySize: corpus.alphabet.count + 1).dropFirst()
    let unknown = zip(corpus.alphabet, counts).filter { (try? tokenizer.encode(String($0.0))) == nil }
    count = unknown.reduce(0) { $0 + $1.1 }
    kinds = unknown.sorted { $0.1 > $1.1 }.map(\.0)
  }

  /// What stands behind a loss: nothing where there are none.
  var note: String {
    guard count > 0 else { return "" }
    let names = kinds.prefix(8).map(quoted).joined(separator: ", ") + (kinds.count > 8 ? ", …" : "")
    return "; not scored: \(counted(count, "character")) that the vocabulary lacks, \(names)"
  }
}
