import Randomness

extension GPT {
  /// The model with a vocabulary of `size` tokens, at least its own: what it knows stays as it is, and the tokens after
  /// its own get rows of embedding and head as an untrained model of its architecture has them.
  ///
  /// Throws `GPTConfigError` where `size` is too large.
  public func extended(toVocabularyOf size: Int, key: RandomKey) throws(GPTConfigError) -> GPT {
    var config = config
    config.vocabularySize = size
    var extended = try GPT(config, key: key)
    var own = parameters[...]
    extended.visitParameters { _, tensor in
      // A longer table keeps its last rows; everything else has the same shape and is replaced whole.
      if let parameter = own.popFirst() { tensor.replaceRows(from: 0, with: parameter) }
    }
    return extended
  }
}
