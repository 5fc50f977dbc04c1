import Autograd
import NGrams
import Text

/// Counting as a teacher: what n-grams of other parts of the training text say of each position of a batch.
///
/// For targets q = (1 − κ)·(the token that came) + κ·(Kneser–Ney), the loss is the cross-entropy of q: distillation at
/// temperature 1 (Hinton et al., arXiv 1503.02531). A distribution says more than one draw from it, so gradients are less
/// noisy; and as the counts are cross-fitted, epochs that repeat leak nothing.
package struct NGramTeacher: Sendable {
  /// The longest n-grams that it looks at.
  package static let order = 7
  /// No more tokens are counted, which takes some two seconds.
  package static let mostTokens = 4 << 20

  private let model: CrossFittedKneserNey
  /// κ
  private let weight: Double

  /// The teacher that counts `dataset`'s training split; nil where `options` want none.
  package init?(_ dataset: TokenDataset, vocabularySize: Int, _ options: TrainingOptions) {
    guard options.ngramDistillation > 0 else { return nil }
    model = CrossFittedKneserNey(
      dataset[.training], vocabularySize: vocabularySize, order: Self.order, limit: Self.mostTokens)
    weight = options.ngramDistillation
  }

  /// Of each position of `batch`: the distribution of the token after it, [B·T, V].
  package func softTargets(for batch: TokenBatch) -> SoftTargets {
    let (size, length) = (model.vocabularySize, batch.length)
    let shape = [batch.batchSize * length, size]
    let probabilities = Tensor(shape: shape, elementType: .float32) { bytes in
      nonisolated(unsafe) let rows = bytes.bindMemory(to: Float.self)
      Processor.current.forEach(pieces: batch.batchSize) { sequence in
        for offset in 0..<length {
          let start = (sequence * length + offset) * size
          let row = UnsafeMutableBufferPointer(rebasing: rows[start..<start + size])
          model.distribution(at: batch.starts[sequence] + offset + 1, into: row)
        }
      }
    }
    return SoftTargets(probabilities, weight: weight)
  }
}
