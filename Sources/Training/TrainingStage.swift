/// The parts of a training step.
package enum TrainingStage: String, CaseIterable, Sendable {
  /// Drawing the batch.
  case data
  /// The loss. The head's own gradient is taken along, while its logits are at hand.
  case forward
  /// The gradients.
  case backward
  /// Clipping and the optimizer's update.
  case optimizer
}
