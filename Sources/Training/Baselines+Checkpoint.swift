import Checkpoints
import Text

extension Baselines {
  /// Why there are no baselines for a checkpoint and a text.
  public enum Lack: Error, Sendable {
    /// They come from the text that the model was trained on, and this is another.
    case otherText
    /// The checkpoint does not say what it was trained on, or how.
    case unknownText
    /// It was trained without a validation split.
    case noValidation
  }

  /// The baselines of the run that saved the checkpoint in `directory`, from the text that it was trained on: those on its
  /// validation split, as the run shows them.
  ///
  /// - Parameters:
  ///   - corpus: the text, and `tokens` the checkpoint's tokens of it.
  /// - Throws: `Lack` where `corpus` is not that text, or that cannot be known.
  public init(
    ofCheckpoint directory: String, on corpus: Corpus, _ tokens: TokenIDs, vocabularySize: Int
  ) throws(Lack) {
    guard let state = try? RunState(TrainerState(of: directory)) else { throw .unknownText }
    guard state.corpus == CorpusFingerprint(corpus) else { throw .otherText }
    let dataset = try? TokenDataset(
      tokens, validationFraction: state.recipe.options.validationFraction,
      blockSize: state.recipe.model.contextLength)
    guard let dataset, let baselines = Baselines(dataset, vocabularySize: vocabularySize) else { throw .noValidation }
    self = baselines
  }
}
