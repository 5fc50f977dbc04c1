import Autograd
import Checkpoints
import Files
import Sampling
import Text
import Training
import Transformer

/// What a person sees of a run in training, and the lines that a program reads of it.
struct TrainingReport {
  let directory: RunDirectory
  private let terminal: Terminal
  private let json: Bool
  private let people: Terminal.Stream
  private var progress: ProgressReport
  private var start = ContinuousClock.now
  private var left = TimeLeft()
  private var lastStep = 0
  private var scale: TableScale?
  private var curve = LossCurve()
  /// Steps between lines of progress; nil to go by the clock.
  private let logInterval: Int?
  private var mixes = false
  /// What the tokens of the run are called.
  private var unit = "token"

  /// A report of the run in `directory`.
  init(on terminal: Terminal, json: Bool, directory: RunDirectory, logInterval: Int? = nil) {
    self.logInterval = logInterval
    self.directory = directory
    self.terminal = terminal
    self.json = json
    people = json ? .error : .output
    progress = ProgressReport(on: terminal, fallback: people)
  }

  /// Tells a program something.
  func line(_ object: JSON) {
    if json { terminal.writeLine(object.compact) }
  }

  /// Tells a person something.
  func say(_ text: String) {
    terminal.writeLine(text, to: people)
  }
}

// MARK: - The beginning

extension TrainingReport {
  /// Shows what is trained on what, and where it goes.
  mutating func begin(_ run: TrainingRun, corpus: String) {
    start = .now
    unit = run.tokenizer.unit
    scale = TableScale(run)
    lastStep = run.recipe.options.maxIterations
    fact("corpus", "\(printable(corpus)): \(Self.description(of: run.trainer.dataset, run.tokenizer))")
    fact("model", Self.description(of: run.trainer.model.config))
    if let mixture = run.trainer.mixture {
      mixes = true
      fact("n-grams", Self.description(of: mixture, in: run.trainer.dataset, by: unit))
    }
    let processor = Processor.current.with(run.recipe.options.precision)
    fact(
      "processor",
      "\(processor.instructionSet), threads: \(processor.threads), precision: \(processor.precision.rawValue)"
        + (processor.precision == run.recipe.options.precision
          ? "" : " (for \(run.recipe.options.precision.rawValue), which has no faster way here)"))
    let steps =
      "\(Formatting.count(lastStep, "step")) of \(Formatting.count(run.trainer.tokensPerStep, unit))"
    fact("run", "\(steps), saved to \(directory.path)")
    fact("loss", "the mean of −ln p(next \(unit)), in nats; 1 nat is 1.44 bits")
    if let baselines = Baselines(run.trainer.dataset, vocabularySize: run.tokenizer.vocabularySize) {
      fact("baselines", BaselinesReport.losses(baselines, by: unit))
      if let part = BaselinesReport.part(baselines) { fact("counted", part) }
    }
    if let floor = run.floor {
      fact("floor", "\(Formatting.decimal(floor)) nats per character, the text's own entropy")
    }
    if run.trainer.step > 0 { fact("resumed", "after step \(Formatting.count(run.trainer.step))") }
  }

  /// Shows what model the run begins with.
  func show(_ pretrained: Pretrained, on text: Corpus) {
    let (origin, added) = (pretrained.origin, pretrained.addedTokenCount(for: text))
    let news = added == 0 ? "" : "; \(Formatting.count(added, unit)) new to it, with rows of their own"
    fact("pretrained", printable(origin.path) + news)
    line([
      "event": "pretrained", "path": .string(origin.path), "sha256": .string(origin.sha256),
      "added_tokens": .integer(added),
    ])
  }

  func fact(_ label: String, _ text: String) {
    say(Formatting.padded(label, to: -11) + text)
  }

  private static func description(of dataset: TokenDataset, _ tokenizer: any Tokenizer) -> String {
    "\(Formatting.count(dataset.tokens.count, tokenizer.unit)), "
      + "\(Formatting.count(tokenizer.vocabularySize - tokenizer.specialIDs.count)) different; "
      + "\(Formatting.count(dataset[.training].count)) for training, "
      + "\(Formatting.count(dataset[.validation].count)) for validation"
  }

  private static func description(of config: GPTConfig) -> String {
    "\(config.architecture), layers \(config.layerCount), heads \(config.headCount), width \(config.width), "
      + "context \(config.contextLength); \(Formatting.parameters(config.parameterCount)) parameters"
  }

  /// Shows what the columns of the evaluations are.
  func beginTable() {
    say("\n" + TableScale.header(mixes: mixes))
  }
}

// MARK: - On the way

extension TrainingReport {
  /// Shows an event of the run.
  mutating func show(_ event: TrainingEvent) {
    if json { terminal.writeLine(event.json.compact) }
    switch event {
    case .step(let step, _, let tokensPerSecond):
      left.note(step.step)
      if let logInterval, step.step.isMultiple(of: logInterval) { say(progressLine(step, tokensPerSecond)) }
      if logInterval == nil || terminal.isInteractive(.error) {
        progress.update { [self] in progressLine(step, tokensPerSecond, withCurve: true) }
      }
    case .evaluation(let evaluation):
      curve.note(evaluation.validationLoss, after: evaluation.step)
      if let scale { say(scale.row(evaluation, after: elapsed)) }
    case .skipped(let step, _):
      say("Step \(Formatting.count(step.step)) was skipped: its loss or its gradients were not finite.")
    case .rollback(let rollback):
      curve.goBack(to: rollback.step)
      left = TimeLeft()
      say(
        "Went back from step \(Formatting.count(rollback.diverged)) to checkpoint-\(rollback.step), the last good one, "
          + "and goes on with other batches.")
    case .beatsCounting(let evaluation, let counting):
      say(
        "From step \(Formatting.count(evaluation.step)) on, the model is better than counting "
          + "(\(Formatting.decimal(counting.loss))).")
    case .refit(let refit):
      lastStep = refit.steps
      say("After step \(Formatting.count(refit.step)), the run has \(Formatting.count(lastStep, "step")) by the clock.")
    case .sample(let step, _, let text):
      say("\nA sample after step \(Formatting.count(step)):\n\n\(text)\n")
    case .baselines, .checkpoint:
      break
    case .warning(let text):
      terminal.writeBold("Warning:", to: .error)
      terminal.writeLine(" " + text, to: .error)
    }
  }

  private var elapsed: Double { (ContinuousClock.now - start).seconds }

  /// The curve of the validation losses in a terminal's characters; nil where nobody watches, or before the second.
  private func curveLine(on stream: Terminal.Stream, width: Int) -> String? {
    guard curve.count > 1, terminal.isInteractive(stream) else { return nil }
    return curve.line(width: width, isASCII: !terminal.showsUnicode)
  }

  private func progressLine(_ report: StepReport, _ tokensPerSecond: Double, withCurve: Bool = false) -> String {
    [
      "step \(Formatting.count(report.step)) of \(Formatting.count(lastStep))",
      "loss \(Formatting.decimal(report.loss))", "\(Formatting.rate(tokensPerSecond)) \(unit)s/s",
      left.seconds(until: lastStep).map { Formatting.duration(seconds: $0) + " left" },
      withCurve ? curveLine(on: .error, width: 16) : nil,
    ].compactMap(\.self).joined(separator: "  ")
  }
}

// MARK: - The end

extension TrainingReport {
  /// Shows what came of the run: its best loss, a sample, and how to get more.
  func end(_ run: TrainingRun, _ outcome: TrainingRun.Outcome) throws {
    let path = try directory.checkpoint()
    let best = try TrainerState(of: path, calls: directory.calls)
    if json {
      terminal.writeLine(done(run, outcome == .finished ? "finished" : "out of patience", best).compact)
    }
    say("")
    if outcome == .outOfPatience {
      say("Early stopping: the validation loss no longer improved.")
    }
    if let first = curve.first, let last = curve.last, let line = curveLine(on: people, width: 40) {
      fact("curve", "\(line)  \(Formatting.decimal(first)) to \(Formatting.decimal(last))")
    }
    let loss =
      best.validationLoss.map { ", validation loss \(Formatting.decimal($0))" + (mixes ? " with n-grams" : "") } ?? ""
    say("Done in \(Formatting.duration(seconds: elapsed)). Best checkpoint: \(path)\(loss).")
    if let counting = run.baselines?.counting, let loss = best.validationLoss, loss >= counting.loss {
      say("Counting alone reaches \(Formatting.decimal(counting.loss)); this model \(Formatting.decimal(loss)).")
    }
    if !json { try sample(path) }
    say("\nFor more:\n  \(invocation()) sample \(shellQuoted(directory.path))")
  }

  /// Shows that there was nothing left to do.
  func endAlreadyFinished(_ run: TrainingRun) throws {
    let best = try TrainerState(of: directory.checkpoint(), calls: directory.calls)
    if json { terminal.writeLine(done(run, "finished", best).compact) }
    let steps = Formatting.count(run.trainer.step, "step")
    say("\nThe run was finished before, after \(steps); a larger --max-iters takes it further.")
  }

  /// Shows that the run was saved, and the command that goes on with it.
  func endInterrupted(_ run: TrainingRun, goOn command: String) {
    if json { terminal.writeLine(done(run, "interrupted", nil).compact) }
    say("\nInterrupted after step \(Formatting.count(run.trainer.step)), and saved. To go on:\n  \(command)")
  }

  /// Shows that the run came to its end before there was anything to save.
  func endInterruptedUnsaved() {
    terminal.write("\(Interruption.nothingSaved)", to: .error)
  }

  private func sample(_ path: String) throws {
    say("\nA sample:\n")
    let checkpoint = try Checkpoint(directory: path, calls: directory.calls)
    _ = try TextGenerator(checkpoint).generate(prompt: "", maxNewTokens: 400) { text in
      terminal.write(text, to: people)
      return !Interruption.isRequested
    }
    say("")
  }

  private func done(_ run: TrainingRun, _ outcome: String, _ best: TrainerState?) -> JSON {
    [
      "event": "done", "step": .integer(run.trainer.step), "outcome": .string(outcome),
      "path": .string(directory.path),
      "best_step": best.map { .integer($0.step) } ?? .null,
      "best_val_loss": best?.validationLoss.map { .number($0) } ?? .null, "seconds": .number(elapsed),
    ]
  }
}
