import Autograd
import Checkpoints
import Foundation
import Layers
import TensorBoard
import Text
import Transformer

/// A trainer with a directory: it trains, evaluates, saves and records.
public struct TrainingRun {
  /// The trainer, which stands at the run's last step.
  public package(set) var trainer: Trainer
  /// The tokenizer of the corpus.
  public let tokenizer: any Tokenizer
  /// The checkpoint that it began with; nil for random weights.
  public let origin: Pretrained.Origin?
  /// What a text without a prompt begins with; nil where line breaks say so.
  public let opening: OpeningTokens?
  /// How the run is set up.
  public internal(set) var recipe: Recipe
  /// What simple models reach on its validation split; nil where it has none.
  public package(set) var baselines: Baselines?
  /// The loss that no model can be expected to go below, in nats per token; nil where it is not known. Recorded with the
  /// baselines.
  public var floor: Double?
  /// Writes what `sample` events hold; without it there are none.
  public var writesSample: SampleWriter?
  /// What TensorBoard reads of it; nil where nothing is written for it.
  var eventFile: EventFile?
  /// Keeps it within its budget, if it has one.
  package var pace: Pace?

  private let corpus: CorpusFingerprint
  private let lock: RunLock
  var keeper: CheckpointKeeper
  private let metrics: MetricsFile
  var patience: Patience
  /// Whether the losses were measured at the step where the trainer stands.
  var isEvaluated: Bool
  /// Whether the baselines were told of since it was started or resumed; and whether its record has them from before.
  private var isIntroduced = false
  private let isResumed: Bool
  /// Where it goes back to if it diverges; nil as long as nothing is saved.
  var returnPoint: ReturnPoint?

  /// How a call of `train` ended.
  public enum Outcome: Sendable, Equatable {
    /// All steps were taken.
    case finished
    /// The validation loss did not improve for `patience` evaluations.
    case outOfPatience
    /// It was asked to stop; the step under way was finished and saved.
    case interrupted
  }

  /// A fresh run on `corpus` in `directory`, which holds none, or one that is to be replaced; its model begins with random
  /// weights, or as `pretrained`.
  ///
  /// - Throws: `GPTConfigError`, `TrainingError` or `TextError` where there is no training like this, and then what is
  ///   in the directory stays; `FileError` where another process works there, or it cannot be written.
  public init(
    _ recipe: Recipe, corpus: Corpus, in directory: RunDirectory, replacing: Bool = false,
    from pretrained: Pretrained? = nil
  ) throws {
    try self.init(recipe, corpus: corpus, in: RunLock(directory), replacing: replacing, from: pretrained)
  }

  /// The same in the directory that `lock` holds.
  package init(
    _ recipe: Recipe, corpus: Corpus, in lock: RunLock, replacing: Bool, from pretrained: Pretrained? = nil
  ) throws {
    if !replacing { try Self.requireNone(in: lock) }
    try recipe.validate()
    try pretrained?.requireShape(of: recipe)
    tokenizer = try pretrained?.tokenizer(for: corpus) ?? Tokenizers.standard(corpus: corpus)
    let config = recipe.config(vocabularySize: tokenizer.vocabularySize)
    try config.validate()
    let dataset = try Self.dataset(recipe, corpus: corpus, tokenizer)
    trainer = try Trainer(config, from: pretrained, dataset: dataset, options: recipe.options)
    origin = pretrained?.origin
    opening = OpeningTokens(of: dataset[.training], by: tokenizer)
    self.recipe = recipe
    self.corpus = CorpusFingerprint(corpus)
    self.lock = lock
    if replacing { try lock.run.clear() }
    keeper = try CheckpointKeeper(lock.run)
    keeper.keep(latest: recipe.options.keep)
    metrics = try MetricsFile(lock.run)
    patience = Patience()
    isEvaluated = false
    baselines = Baselines(dataset, vocabularySize: tokenizer.vocabularySize)
    isResumed = false
  }

  /// Throws `TrainingError.holdsRun` if there is a run in the directory that `lock` holds.
  package static func requireNone(in lock: RunLock) throws {
    if try lock.run.holdsRun { throw TrainingError.holdsRun(path: lock.run.path) }
  }

  /// Resumes the run of `checkpoint`: bit for bit as if it had never stopped.
  ///
  /// - Throws: `TrainingError.otherText` or `.differsFromRun` if the corpus or a setting that may not change differs;
  ///   `FileError` where the checkpoint cannot be read.
  public init(resuming saved: SavedRun, _ recipe: Recipe, corpus: Corpus) throws {
    let fingerprint = CorpusFingerprint(corpus)
    try saved.requireSameRun(recipe, fingerprint)
    try recipe.validate()
    let calls = saved.lock.run.calls
    let checkpoint = try Checkpoint(directory: saved.checkpoint.path, calls: calls)
    let options = recipe.options
    tokenizer = checkpoint.tokenizer
    try checkpoint.requireConfiguration(
      saved.recipe.config(vocabularySize: tokenizer.vocabularySize), by: "the recipe in trainer_state.json",
      in: saved.checkpoint.path)
    let dataset = try Self.dataset(recipe, corpus: corpus, tokenizer)
    trainer = try Trainer(
      checkpoint.model, after: saved.step, batchOffset: saved.state.batchOffset,
      consecutiveSkips: saved.state.consecutiveSkips, dataset: dataset, options: options)
    try trainer.restoreOptimizer(of: saved.checkpoint.path, calls)
    origin = saved.state.origin
    opening = OpeningTokens(of: dataset[.training], by: tokenizer)
    self.recipe = recipe
    self.corpus = fingerprint
    lock = saved.lock
    keeper = saved.keeper
    returnPoint = saved.returnPoint
    keeper.protectedStep = saved.returnPoint.checkpoint.step
    keeper.keep(latest: options.keep)
    patience = saved.state.patience
    isEvaluated = saved.isEvaluated
    baselines = Baselines(dataset, vocabularySize: tokenizer.vocabularySize)
    isResumed = true
    let isEvaluatedAgain = !isEvaluated && Self.isDue(every: options.evalInterval, trainer, recipe)
    let line = TrainingEvent.checkpoint(step: saved.step, path: saved.checkpoint.path).json
    metrics = try MetricsFile(
      lock.run,
      .init(
        step: saved.step, batchOffset: trainer.batchOffset,
        kinds: Set(["step", "skipped", "sample"]).union(isEvaluated ? ["eval", "beats_counting"] : []),
        checkpoint: isEvaluatedAgain ? .none : line))  // `nil` would be a JSON null
  }

  private static func dataset(_ recipe: Recipe, corpus: Corpus, _ tokenizer: any Tokenizer) throws -> TokenDataset {
    try TokenDataset(
      TokenIDs(encoding: corpus, by: tokenizer), validationFraction: recipe.options.validationFraction,
      blockSize: recipe.model.contextLength)
  }
}

// MARK: - The loop

extension TrainingRun {
  /// Trains to the end of the recipe, or until `shouldStop`, and saves on the way and at the end.
  ///
  /// A step whose loss or gradients are not finite is skipped. After three in a row, after an evaluation that is not finite,
  /// and where a model that is to be saved is not, the run goes back to its last good checkpoint and on with other batches.
  ///
  /// - Throws: `TrainingError.diverged` if two such returns to one checkpoint do not help, or there is none;
  ///   `FileError` where a checkpoint cannot be written (those before are whole).
  public mutating func train(
    onEvent: (TrainingEvent) -> Void, shouldStop: () -> Bool = { false }
  ) throws -> Outcome {
    warn(onEvent)
    try introduce(onEvent)
    while true {
      do {
        if let outcome = try proceed(onEvent, shouldStop) { return outcome }
      } catch let spoiled as NotFinite {
        try goBack(because: spoiled.cause, onEvent)
      }
    }
  }

  /// What is due where the run stands, and one step; its outcome, if this is its end. Throws `NotFinite` where it has
  /// diverged.
  private mutating func proceed(
    _ onEvent: (TrainingEvent) -> Void, _ shouldStop: () -> Bool
  ) throws -> Outcome? {
    // First of all, so that a resumed run makes up for an evaluation that was cut off.
    if !isEvaluated, isDue(every: recipe.options.evalInterval) {
      guard let evaluation = try trainer.evaluate(shouldStop: shouldStop) else { return try interrupt(onEvent) }
      try emit(.evaluation(evaluation), onEvent)
      guard evaluation.isFinite else { throw NotFinite(cause: .evaluation) }
      // The best loss so far is saved with each checkpoint, so a resumed run tells of this once too.
      if let counting = baselines?.counting, evaluation.validationLoss < counting.loss, patience.best >= counting.loss {
        try emit(.beatsCounting(evaluation, counting), onEvent)
      }
      patience.note(evaluation.validationLoss)
      try save(evaluation, onEvent)
      if let limit = recipe.options.patience, patience.isOver(limit) { return .outOfPatience }
    } else if !isSaved, let interval = recipe.options.saveInterval, isDue(every: interval) {
      try save(nil, onEvent)
    }
    if trainer.step >= recipe.options.maxIterations { return .finished }
    if shouldStop(), !hasJustGoneBack { return try interrupt(onEvent) }

    let clock = ContinuousClock()
    let start = clock.now
    let report = try trainer.takeStep()
    isEvaluated = false
    let seconds = (clock.now - start).seconds
    // Above the line of the step, so that it stays with that where the run is resumed from here.
    try keepPace(onEvent)
    try emit(
      report.isFinite
        ? .step(report, milliseconds: seconds * 1e3, tokensPerSecond: Double(trainer.tokensPerStep) / seconds)
        : .skipped(report, consecutive: trainer.consecutiveSkips), onEvent)
    try sample(report, onEvent)
    if trainer.hasDiverged { throw NotFinite(cause: .steps(count: trainer.consecutiveSkips)) }
    return nil
  }

  /// Tells of the baselines before anything else, and records them where the run begins.
  private mutating func introduce(_ onEvent: (TrainingEvent) -> Void) throws {
    guard !isIntroduced, let baselines else { return }
    let event = TrainingEvent.baselines(baselines, floor: floor)
    if isResumed { onEvent(event) } else { try emit(event, onEvent) }
    isIntroduced = true
  }

  /// Saves where the run stands, unless that was done.
  private mutating func interrupt(_ onEvent: (TrainingEvent) -> Void) throws -> Outcome {
    if trainer.step > 0, !isSaved { try save(nil, isReturnPoint: returnPoint == nil, onEvent) }
    return .interrupted
  }

  /// The step of the latest checkpoint; nil if nothing is saved yet.
  public var savedStep: Int? { keeper.last?.step }

  /// Whether there is a checkpoint of where the run stands.
  private var isSaved: Bool { savedStep == trainer.step }

  private func isDue(every interval: Int) -> Bool { Self.isDue(every: interval, trainer, recipe) }

  /// Every so many steps, and at the last one; but not while steps are skipped, which may be a divergence.
  private static func isDue(every interval: Int, _ trainer: Trainer, _ recipe: Recipe) -> Bool {
    let isRegular = trainer.step % interval == 0 && trainer.consecutiveSkips == 0
    return trainer.step > 0 && (isRegular || trainer.step >= recipe.options.maxIterations)
  }

  func emit(_ event: TrainingEvent, _ onEvent: (TrainingEvent) -> Void) throws {
    try metrics.append(event.line(at: Date().timeIntervalSince1970))
    if let logged = event.logged { try eventFile?.append(logged) }
    onEvent(event)
  }

  /// Saves where the run stands. Throws `NotFinite`, and saves nothing, where the model is not good.
  ///
  /// - Parameters:
  ///   - evaluation: what was measured there; nil where nothing was.
  ///   - isReturnPoint: whether a divergence leads back here. Where only an interruption was the reason to save, an
  ///     undisturbed run has nothing to go back to.
  private mutating func save(
    _ evaluation: EvaluationReport?, isReturnPoint: Bool = true, _ onEvent: (TrainingEvent) -> Void
  ) throws {
    let validationLoss = evaluation?.validationLoss
    try requireFinite(isEvaluated: validationLoss != nil)
    let runState = runState(isReturnPoint: isReturnPoint)
    let state = TrainerState(step: trainer.step, validationLoss: validationLoss, trainer: runState.json)
    let fitted = try evaluation?.mixture.flatMap { trainer.mixture?.with($0.exponents) } ?? trainer.fittedMixture()
    let checkpoint = Checkpoint(
      model: trainer.model.detached, tokenizer: tokenizer, mixture: fitted?.parameters, opening: opening)
    let optimizerState = trainer.optimizerState
    isEvaluated = validationLoss != nil
    try metrics.synchronize()
    let saved = try keeper.add(state) { directory in
      try checkpoint.write(into: &directory)
      try OptimizerFile.write(optimizerState, of: checkpoint, into: &directory)
    }
    if isReturnPoint {
      returnPoint = ReturnPoint(saved, runState)
      keeper.protectedStep = saved.step
    }
    try emit(.checkpoint(step: saved.step, path: saved.path), onEvent)
    warn(onEvent)
  }

  /// Tells of what did not go as it should when the run was taken up; `train` begins with it.
  public mutating func warn(_ onEvent: (TrainingEvent) -> Void) {
    for text in keeper.takeWarnings() { onEvent(.warning(text)) }
  }

  private func runState(isReturnPoint: Bool) -> RunState {
    var state = RunState(recipe: recipe, corpus: corpus, patience: patience)
    state.origin = origin
    (state.batchOffset, state.consecutiveSkips) = (trainer.batchOffset, trainer.consecutiveSkips)
    state.returnStep = isReturnPoint ? nil : returnPoint?.checkpoint.step
    return state
  }
}

extension Duration {
  /// The duration in seconds.
  package var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
