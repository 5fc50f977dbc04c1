import Checkpoints
import Sampling

extension TextGenerator {
  /// A generator that samples from `checkpoint`, with the n-grams that it mixes in unless they are not wanted.
  init(_ checkpoint: Checkpoint, withoutNGrams: Bool = false) {
    self.init(
      checkpoint.model, tokenizer: checkpoint.tokenizer, mixture: withoutNGrams ? nil : checkpoint.mixture?.mixture,
      opening: checkpoint.opening)
  }
}
