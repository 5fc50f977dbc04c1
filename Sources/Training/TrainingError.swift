import Files

/// Why a run cannot begin or go on. Names of settings stand between backquotes in its texts.
public enum TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// An option has a value that makes no run; the text names it, its value and the range.
  case invalidOption(String)
  /// The loss, a gradient or the weights are no longer finite, and there is nothing left to try.
  case diverged(Divergence)
  /// A run is where another was to begin.
  case holdsRun(path: String)
  /// A run was to begin with a model of another shape; each text names a setting, with both values.
  case differsFromPretrained(path: String, differences: [String])
  /// A run to be resumed was started on another text; so long each is, in characters.
  case otherText(path: String, characters: Int, found: Int)
  /// A run to be resumed was started with other settings; each text names one, with both values.
  case differsFromRun(path: String, differences: [String])

  /// What happened, and the way out.
  public var description: String {
    switch self {
    case .invalidOption(let message): message
    case .diverged(let divergence): divergence.description
    case .holdsRun(let path):
      "\(path) holds a run: go on with it (`resume`), replace it (`overwrite`), or give another directory"
    case .differsFromPretrained(let path, let differences):
      "\(path) has another shape: \(differences.joined(separator: "; ")). Leave these out: the model's shape is its own"
    case .otherText(let path, let characters, let found):
      "\(path) was trained on another text, of \(counted(characters, "character")), and this one has "
        + (found == characters ? "as many, but not the same" : grouped(found))
        + ". Give the text that it was, or train on this one into another directory"
    case .differsFromRun(let path, let differences):
      """
      \(path) was trained with other settings, so it cannot be resumed with these: \(differences.joined(separator: "; ")). \
      Leave these as they were, or train into another directory
      """
    }
  }
}
