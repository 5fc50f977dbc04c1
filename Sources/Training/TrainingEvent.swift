import Files

/// A progress event of a run.
public enum TrainingEvent: Sendable {
  /// A step was taken; its duration is in milliseconds.
  case step(StepReport, milliseconds: Double, tokensPerSecond: Double)
  /// The losses were measured.
  case evaluation(EvaluationReport)
  /// A checkpoint was saved.
  case checkpoint(step: Int, path: String)
  /// Something did not go as it should, and the run goes on; no part of its record.
  case warning(String)
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
    case .evaluation(let report):
      [
        "event": "eval", "step": .integer(report.step), "train_loss": .number(report.trainingLoss),
        "val_loss": .number(report.validationLoss),
      ]
    case .checkpoint(let step, let path):
      ["event": "checkpoint", "step": .integer(step), "path": .string(path)]
    case .warning(let text):
      ["event": "warning", "text": .string(text)]
    }
  }
}
