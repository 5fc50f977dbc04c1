import Checkpoints
import Files
import Transformer

// What a run does where its numbers are no longer finite.

/// The loss or the model of a run is not finite where it stands.
struct NotFinite: Error {
  let cause: Divergence.Cause
}

extension TrainingRun {
  /// So often a run goes back to one checkpoint, each time on with other batches.
  private static let mostReturns = 2

  /// Throws `NotFinite` unless weights and optimizer state are finite, and the loss with them: it may overflow though they
  /// do not. Where an evaluation measured it, the latter is known.
  func requireFinite(isEvaluated: Bool) throws {
    if let tensor = trainer.nonFiniteTensor { throw NotFinite(cause: .tensor(tensor)) }
    if !isEvaluated, !trainer.nextLoss.isFinite { throw NotFinite(cause: .nextLoss) }
  }

  /// Whether it stands where it went back to. It does not stop there, where there would be nothing to save: gone on with, it
  /// would diverge again before it goes back.
  var hasJustGoneBack: Bool {
    trainer.step == returnPoint?.checkpoint.step && trainer.batchOffset != returnPoint?.state.batchOffset
  }

  /// Goes back to the last good checkpoint, and raises the offset of the batches by one.
  ///
  /// Nothing has to be saved for a resumed run to do the same: it goes on from a checkpoint before, and comes here again.
  ///
  /// - Throws: `TrainingError.diverged` where that was done twice, or there is no checkpoint; `FileError` where the
  ///   checkpoint cannot be read.
  mutating func goBack(because cause: Divergence.Cause, _ onEvent: (TrainingEvent) -> Void) throws {
    let returns = trainer.batchOffset - (returnPoint?.state.batchOffset ?? 0)
    guard let returnPoint, (0..<Self.mostReturns).contains(returns) else {
      var divergence = trainer.divergence(cause)
      (divergence.returnCount, divergence.checkpoint) = (returns, returnPoint?.checkpoint.path)
      throw TrainingError.diverged(divergence)
    }
    let (saved, diverged) = (returnPoint.checkpoint, trainer.step)
    let calls = keeper.run.calls
    let checkpoint = try Checkpoint(directory: saved.path, calls: calls)
    trainer.goBack(to: checkpoint.model, after: saved.step, batchOffset: trainer.batchOffset + 1)
    try trainer.restoreOptimizer(of: saved.path, calls)
    undoRefit(after: saved.step)
    patience = returnPoint.state.patience
    isEvaluated = saved.validationLoss != nil
    keeper.removeAll(after: saved.step)
    try emit(
      .rollback(Rollback(step: saved.step, diverged: diverged, batchOffset: trainer.batchOffset)), onEvent)
  }
}

extension Trainer {
  /// Restores the optimizer's state from the checkpoint in `directory`.
  mutating func restoreOptimizer(of directory: String, _ calls: any SystemCalls) throws {
    let file = try OptimizerFile(
      of: directory, model.config, tensors: optimizerState.map { ($0.name, $0.tensor.shape) }, calls: calls)
    try restoreOptimizer { name, shape in try file.tensor(name, shape: shape) }
  }
}
