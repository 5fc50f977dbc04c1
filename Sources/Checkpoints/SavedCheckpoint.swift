/// A checkpoint on disk that was whole when it was looked at.
package struct SavedCheckpoint: Sendable, Equatable {
  /// Optimizer steps taken.
  package var step: Int
  /// Its directory.
  package var path: String
  /// Nats per token on the validation part; nil if it was not measured.
  package var validationLoss: Double?

  /// The checkpoint at `path`.
  package init(step: Int, path: String, validationLoss: Double?) {
    (self.step, self.path, self.validationLoss) = (step, path, validationLoss)
  }
}

extension Sequence<SavedCheckpoint> {
  /// The one with the lowest validation loss, the earliest of equals; nil if none has one.
  package var best: SavedCheckpoint? {
    filter { $0.validationLoss?.isFinite ?? false }
      .min { ($0.validationLoss ?? .infinity, $0.step) < ($1.validationLoss ?? .infinity, $1.step) }
  }
}
