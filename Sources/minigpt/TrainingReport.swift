import Autograd
import Checkpoints
import Files
import Foundation
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
  private var firstStep = 0
  private var lastStep = 0
  private var validationExtent: TextExtent?
  private var mixes = false

  /// A report of the run in `directory`.
  init(on terminal: Terminal, json: Bool, directory: RunDirectory) {
    self.directory = directory
    self.terminal = terminal
    self.json = json
    people = json ? .error : .output
    progress = ProgressReport(on: terminal, fallback: people)
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
    let unit = run.tokenizer.unit
    validationExtent = TextExtent(of: run.trainer.dataset[.validation], by: run.tokenizer)
    (firstStep, lastStep) = (run.trainer.step, run.recipe.options.maxIterations)
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
    if let baselines = Baselines(run.trainer.dataset, vocabularySize: run.tokenizer.vocabularySize) {
      fact("baselines", Self.description(of: baselines, by: unit))
    }
    if let floor = CorpusFloor.natsPerCharacter(ofCorpus: corpus) {
      fact("floor", "\(Formatting.decimal(floor)) nats per character, the text's own entropy")
    }
    if firstStep > 0 { fact("resumed", "after step \(Formatting.count(firstStep))") }
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
    "layers \(config.layerCount), heads \(config.headCount), width \(config.width), "
      + "context \(config.contextLength); \(Formatting.parameters(config.parameterCount)) parameters"
  }

  private static func description(of baselines: Baselines, by unit: String) -> String {
    let bigram = baselines.bigram.map { ", \(Formatting.decimal($0)) for bigram frequencies" } ?? ""
    return "\(Formatting.decimal(baselines.uniform)) nats per \(unit) for uniform guessing, "
      + "\(Formatting.decimal(baselines.unigram)) for unigram frequencies\(bigram)"
  }

  /// Shows what the columns of the evaluations are.
  func beginTable() {
    say("\n" + row("step", "train loss", "val loss", "bits/char", network: "network", "time"))
  }

  /// A row of the table. The network's own validation loss is a column only where `val loss` is another's.
  private func row(_ cells: String..., network: String, _ time: String) -> String {
    let cells = cells + (mixes ? [network] : []) + [time]
    // Two columns stay between cells, however wide one is.
    return zip(cells, [6, 10, 8, 9] + (mixes ? [7] : []) + [7]).map { "  " + Formatting.padded($0, to: $1) }.joined()
  }
}

// MARK: - On the way

extension TrainingReport {
  /// Shows an event of the run.
  mutating func show(_ event: TrainingEvent) {
    if json { terminal.writeLine(event.json.compact) }
    switch event {
    case .step(let step, _, let tokensPerSecond):
      progress.update { [self] in progressLine(step, tokensPerSecond) }
    case .evaluation(let evaluation):
      say(
        row(
          Formatting.count(evaluation.step), Formatting.decimal(evaluation.trainingLoss),
          Formatting.decimal(evaluation.validationLoss),
          Formatting.decimal(bitsPerCharacter(evaluation.validationLoss)),
          network: evaluation.mixture.map { Formatting.decimal($0.networkLoss) } ?? "",
          Formatting.duration(seconds: elapsed)))
    case .skipped(let step, _):
      say("Step \(Formatting.count(step.step)) was skipped: its loss or its gradients were not finite.")
    case .rollback(let rollback):
      say(
        "Went back from step \(Formatting.count(rollback.diverged)) to checkpoint-\(rollback.step), the last good one, "
          + "and goes on with other batches.")
    case .checkpoint:
      break
    case .warning(let text):
      terminal.writeBold("Warning:", to: .error)
      terminal.writeLine(" " + text, to: .error)
    }
  }

  private func bitsPerCharacter(_ loss: Double) -> Double {
    (validationExtent?.perCharacter(loss) ?? .nan) / log(2)
  }

  private var elapsed: Double { (ContinuousClock.now - start).seconds }

  private func progressLine(_ report: StepReport, _ tokensPerSecond: Double) -> String {
    // A run that went back may be at a step before its first.
    let secondsPerStep = elapsed / Double(max(1, report.step - firstStep))
    return [
      "step \(Formatting.count(report.step)) of \(Formatting.count(lastStep))",
      "loss \(Formatting.decimal(report.loss))", "\(Formatting.rate(tokensPerSecond)) tokens/s",
      Formatting.duration(seconds: secondsPerStep * Double(lastStep - report.step)) + " left",
    ].joined(separator: "  ")
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
    let loss =
      best.validationLoss.map { ", validation loss \(Formatting.decimal($0))" + (mixes ? " with n-grams" : "") } ?? ""
    say("Done in \(Formatting.duration(seconds: elapsed)). Best checkpoint: \(path)\(loss).")
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
    let generator = TextGenerator(
      checkpoint.model, tokenizer: checkpoint.tokenizer, mixture: checkpoint.mixture?.mixture)
    _ = try generator.generate(prompt: "", maxNewTokens: 400) { text in
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
