import Files

/// A progress event of a run.
public enum TrainingEvent: Sendable {
  /// What simple models reach, before the first step; and the loss that no model can be expected to go below, if known.
  case baselines(Baselines, floor: Double?)
  /// A step was taken; its duration is in milliseconds.
  case step(StepReport, milliseconds: Double, tokensPerSecond: Double)
  /// A step was skipped, since its loss or its gradients were not finite; the last of so many in a row.
  case skipped(StepReport, consecutive: Int)
  /// The run went back to its last good checkpoint.
  case rollback(Rollback)
  /// The losses were measured.
  case evaluation(EvaluationReport)
  /// The validation loss is below that of counting for the first time.
  case beatsCounting(EvaluationReport, CountingBaseline)
  /// The run's number of steps was changed on the way.
  case refit(Refit)
  /// The model wrote a text, with random numbers of this seed.
  case sample(step: Int, seed: UInt64, text: String)
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

/// A change of the number of a run's steps while it trains.
public struct Refit: Sendable, Equatable {
  /// The steps taken before it, and how many there are to be.
  public let step, steps: Int
  /// The recipe from now on.
  public let recipe: Recipe
}

extension TrainingEvent {
  /// The event as a line of `metrics.jsonl`, which has no warnings.
  ///
  /// - Parameter time: the wall clock's, in seconds since 1970. A checkpoint's line has none: a resumed run writes it again,
  ///   the same.
  func line(at time: Double) -> JSON {
    if case .checkpoint = self { return json }
    var line = json
    line["time"] = .number((time * 1e3).rounded() / 1e3)
    return line
  }

  /// The event as a line of `--json` has it.
  package var json: JSON {
    switch self {
    case .baselines(let baselines, let floor):
      baselines.event(floor: floor)
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
    case .beatsCounting(let report, let counting):
      [
        "event": "beats_counting", "step": .integer(report.step), "val_loss": .number(report.validationLoss),
        "kneser_ney": .number(counting.loss),
      ]
    case .refit(let refit):
      [
        "event": "refit", "step": .integer(refit.step), "max_iters": .integer(refit.steps),
        "lr_refit": .string(ValueType.scheduleRefits.format(refit.recipe.options.decayRefits)),
      ]
    case .sample(let step, let seed, let text):
      [
        "event": "sample", "step": .integer(step), "seed": .integer(Int(truncatingIfNeeded: seed)),
        "text": .string(text),
      ]
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
