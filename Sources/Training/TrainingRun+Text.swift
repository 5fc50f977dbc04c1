import Checkpoints
import Text

extension TrainingRun {
  /// A fresh run on a text that is in memory; otherwise as with a `Corpus`.
  public init(_ recipe: Recipe, corpus: String, in directory: RunDirectory, replacing: Bool = false) throws {
    try self.init(recipe, corpus: Corpus(corpus), in: directory, replacing: replacing)
  }

  /// Resumes the run of `saved`, on a text that is in memory; otherwise as with a `Corpus`.
  public init(resuming saved: SavedRun, _ recipe: Recipe, corpus: String) throws {
    try self.init(resuming: saved, recipe, corpus: Corpus(corpus))
  }
}
