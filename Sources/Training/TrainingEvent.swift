import Files

/// A progress event of a run.
public enum TrainingEvent: Sendable {
  /// A step was taken; its duration is in milliseconds.
  case step(StepReport, milliseconds: Double, tokensPerSecond: Double)
  /// A step was skipped, since its loss or its gradients were not finite; the last of so many in a row.
  case skipped(StepReport, consecutive: Int)
  /// The run went back to its last good checkpoint.
  case rollback(Rollback)
  /// The losses were measured.
  case evaluation(EvaluationReport)
  /// A checkpoint was saved.
  case checkpoint(step: Int, path: String)
  /// Something did not go as it should, and the run goes on; no part of its record.
  case warning(String)
}

/// A return to the last good checkpoint. It undoes what the run recorded before it of later steps than that.
public struct Rollback: Sendable, Equatable {
  /// The step of the checkpoint, from which the run goes on.
  public let step: Int
  /// The step at which its numbers ceased to be finite.
  public let diverged: Int
  /// Which row of batches it draws from now: `Trainer.batchOffset`.
  public let batchOffset: Int
}

extension TrainingEvent {
  /// The event as a line of `metrics.jsonl`, which has no warnings, and of `--json` has it.
  package var json: JSON {
    switch self {
    case .step(let report, let milliseconds, let tokensPerSecond):
      [
        "event": "step", "step": .integer(report.step), "loss": .number(report.loss),
        "learning_rate": .number(report.learningRate), "grad_norm": .number(report.gradientNorm),
        "tokens_per_second": .number(tokensPerSecond), "ms_per_step": .number(milliseconds),
      ]
    case .skipped(let report, let consecutive):
      [
        "event": "skipped", "step": .integer(report.step), "loss": .number(report.loss),
        "learning_rate": .number(report.learningRate), "grad_norm": .number(report.gradientNorm),
        "consecutive": .integer(consecutive),
      ]
    case .rollback(let rollback):
      [
        "event": "rollback", "step": .integer(rollback.step), "from_step": .integer(rollback.diverged),
        "batch_offset": .integer(rollback.batchOffset),
      ]
    case .evaluation(let report):
      report.event
    case .checkpoint(let step, let path):
      ["event": "checkpoint", "step": .integer(step), "path": .string(path)]
    case .warning(let text):
      ["event": "warning", "text": .string(text)]
    }
  }
}

extension EvaluationReport {
  /// With a mixture, `val_loss` is its loss, and the network's own stands beside it.
  fileprivate var event: JSON {
    var json: JSON = [
      "event": "eval", "step": .integer(step), "train_loss": .number(trainingLoss), "val_loss": .number(validationLoss),
    ]
    if let mixture { json["network_val_loss"] = .number(mixture.networkLoss) }
    return json
  }
}
