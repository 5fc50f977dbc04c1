import Autograd
import Files

/// How a run's numbers ceased to be finite, and what is left of it.
public struct Divergence: Sendable, Equatable {
  /// What is not finite.
  public enum Cause: Sendable, Equatable {
    /// The loss or the gradient norm of each of so many steps in a row, which were skipped.
    case steps(count: Int)
    /// A loss that an evaluation measured.
    case evaluation
    /// The loss of the next step's batch, which is looked at before a checkpoint is written without an evaluation.
    case nextLoss
    /// A tensor of the weights or of the optimizer's state.
    case tensor(String)
  }

  /// Steps taken.
  public let step: Int
  /// What is not finite.
  public let cause: Cause
  /// The learning rate of the last step.
  public let learningRate: Double
  /// The precision of matrix products.
  public let precision: Precision
  /// What overflows first, such as "the output of blocks.0.mlp"; nil where it is not found.
  public let overflow: String?
  /// How often the run has gone back to `checkpoint` already, and on with other batches.
  public var returnCount = 0
  /// The path of the last good checkpoint; nil if nothing is saved.
  public var checkpoint: String?

  /// A divergence of which nothing is known but this.
  package init(
    step: Int, cause: Cause, learningRate: Double, precision: Precision, overflow: String? = nil
  ) {
    (self.step, self.cause, self.overflow) = (step, cause, overflow)
    (self.learningRate, self.precision) = (learningRate, precision)
  }
}

extension Divergence: CustomStringConvertible {
  /// What happened, what is left, and the way out. Names of settings stand between backquotes.
  public var description: String {
    let overflow = overflow.map { ". The first to overflow was \($0)" } ?? ""
    let returns =
      returnCount == 0
      ? ""
      : " Going back to the last good checkpoint, and on with other batches, did not help "
        + "(\(counted(returnCount, "time")))."
    let saved =
      checkpoint.map { "What is saved is good: \(printable($0))." }
      ?? "Nothing was saved, since nothing good was there yet."
    return """
      training diverged at step \(step): \(cause.description) not finite, with a learning rate of \(learningRate) and \
      precision \(precision.rawValue)\(overflow).\(returns) \(saved) Train again with a lower `learning_rate`, a longer \
      `warmup_iters` or a lower `grad_clip`, or with `precision` highest
      """
  }
}

extension Divergence.Cause: CustomStringConvertible {
  /// What is not finite, with its verb.
  public var description: String {
    switch self {
    case .steps(let count): "the loss or the gradient of \(count) steps in a row was"
    case .evaluation: "the loss of an evaluation is"
    case .nextLoss: "the loss is"
    case .tensor(let name): "\(name) is"
    }
  }
}
