import Files

/// Where a run stood when its checkpoint was written: `trainer_state.json`.
///
///     {"step": 500, "validation_loss": 1.7811, "trainer": {…}}
package struct TrainerState: Sendable {
  static let fileName = "trainer_state.json"

  /// Optimizer steps taken.
  package var step: Int
  /// Nats per token on the validation part; nil if it was not measured.
  package var validationLoss: Double?
  /// What the trainer needs to go on, in a form that is its own.
  package var trainer: JSONField

  /// A state whose `trainer` part is about to be written.
  package init(step: Int, validationLoss: Double?, trainer: JSON) {
    self.step = step
    self.validationLoss = validationLoss
    self.trainer = JSONField(trainer, in: Self.fileName)
  }

  /// The state of the checkpoint in `directory`.
  ///
  /// - Throws: `FileError`: there is none, or it is not as written.
  package init(of directory: String, calls: any SystemCalls = POSIX()) throws {
    let remedy = "the run cannot go on from here; take another checkpoint"
    let document = try InputFile(directory + "/" + Self.fileName, ifMissing: remedy, calls: calls).json()
    step = try document["step"].integer(in: 0...Int.max)
    validationLoss = try document["validation_loss"].ifPresent?.number
    trainer = document["trainer"]
  }

  /// The state of the checkpoint in `directory`; nil where it has none, as a model that is only to be used.
  ///
  /// - Throws: `FileError` where it is not as written.
  package static func ifPresent(in directory: String, calls: any SystemCalls = POSIX()) throws -> TrainerState? {
    guard try calls.kind(of: directory + "/" + fileName, followsLink: true) != nil else { return nil }
    return try TrainerState(of: directory, calls: calls)
  }

  var json: JSON {
    [
      "step": .integer(step), "validation_loss": validationLoss.map(JSON.number) ?? nil,
      "trainer": trainer.value ?? nil,
    ]
  }
}
