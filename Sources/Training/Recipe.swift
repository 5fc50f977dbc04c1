import Checkpoints
import Optimizers
import Transformer

/// A model's shape and how it is trained: all of a run but its corpus.
///
/// Each of its settings is a row of `Recipe.settings`.
public struct Recipe: Sendable, Equatable {
  /// The model, but for its vocabulary, which is the corpus's: see `config(vocabularySize:)`.
  public var model: GPTConfig
  /// How it is trained.
  public var options: TrainingOptions

  /// A recipe of this model, trained as `options` say.
  public init(model: GPTConfig, options: TrainingOptions) {
    self.model = model
    self.options = options
  }

  /// A recipe of this shape, whose vocabulary is not known yet and counts as 0.
  public init(layerCount: Int, headCount: Int, width: Int, contextLength: Int, options: TrainingOptions) {
    self.init(
      model: GPTConfig(
        vocabularySize: 0, layerCount: layerCount, headCount: headCount, width: width, contextLength: contextLength),
      options: options)
  }

  /// The configuration of a model over so many tokens.
  public func config(vocabularySize: Int) -> GPTConfig {
    var config = model
    config.vocabularySize = vocabularySize
    return config
  }
}

// MARK: - Validity

extension Recipe {
  /// No step takes more sequences than this, whatever a file asks for.
  private static let mostSequences = 1 << 24

  /// Throws unless a run can be made of these settings: each in its range, and together.
  public func validate() throws(TrainingError) {
    for setting in Self.settings {
      try check(
        setting.isValid(self), "`\(setting.name)` is \(setting.text(self)); it must be \(setting.expectation)")
    }
    let (sequences, overflow) = options.batchSize.multipliedReportingOverflow(by: options.gradientAccumulationSteps)
    try check(
      !overflow && sequences <= Self.mostSequences,
      "`batch_size` times `gradient_accumulation_steps` is above \(Self.mostSequences)")
    let schedule = options.schedule
    let end = options.decayIterations == nil ? "the run (`max_iters`" : "the decay (`lr_decay_iters`"
    try check(
      schedule.warmupSteps <= schedule.decaySteps,
      "`warmup_iters` (\(schedule.warmupSteps)) is longer than \(end) \(schedule.decaySteps))")
    try validateRefits(of: schedule)
    try check(
      options.optimizer != .muon || options.learningRate > 0,
      "`learning_rate` is 0; with muon, whose `muon_lr` follows it in proportion, it must be greater than 0")
    let config = config(vocabularySize: max(1, model.vocabularySize))
    do throws(GPTConfigError) {
      try config.validate()
    } catch {
      throw .invalidOption(Self.naming(error))
    }
    if architecture(of: config) == nil {
      let nearest = architectures.first { $0.modelArchitecture == config.architecture } ?? architectures[0]
      throw .invalidOption(misfit(config, with: nearest))
    }
  }

  /// Throws unless each change of the decay's length comes after the warm-up and the one before, and before the decay's
  /// end as it is until then.
  private func validateRefits(of schedule: LearningRateSchedule) throws(TrainingError) {
    var (earliest, end) = (schedule.warmupSteps, schedule.decaySteps)
    for refit in schedule.refits {
      let text = "`lr_refit` has \(refit.step):\(refit.end)"
      try check(
        earliest <= refit.step && refit.step < end,
        "\(text); the step must be from \(earliest) on and before the end of the decay, \(end)")
      try check(refit.step < refit.end, "\(text); the decay must end after the step")
      (earliest, end) = (refit.step + 1, refit.end)
    }
  }

  /// Why a checkpoint of this architecture cannot hold the recipe's model, whose configuration is `config`: what reading
  /// one would say, or the settings that would be lost.
  package func misfit(_ config: GPTConfig, with architecture: any Architecture) -> String {
    var kept = self
    do {
      kept.model = try architecture.readBack(config)
    } catch {
      return "a \(architecture.modelType) checkpoint cannot hold this model: \(error)"
    }
    let lost = Self.settings.filter { $0.json(kept) != $0.json(self) }.map { "`\($0.name)` (\($0.text(self)))" }
    return "a \(architecture.modelType) checkpoint has no place for \(lost.joined(separator: ", "))"
  }

  private func check(_ holds: Bool, _ message: @autoclosure () -> String) throws(TrainingError) {
    if !holds { throw .invalidOption(message()) }
  }

  /// What `error` says, and the settings of the properties that it is about.
  private static func naming(_ error: GPTConfigError) -> String {
    let model: PartialKeyPath<Recipe> = \.model
    let properties = error.properties.map { model.appending(path: $0) }
    let names = settings.filter { properties.contains($0.property) }.map { "`\($0.name)`" }
    return error.description + (names.isEmpty ? "" : " (\(names.joined(separator: ", ")))")
  }
}

extension TrainingOptions {
  /// Throws unless a run can be made of these numbers.
  public func validate() throws(TrainingError) {
    // The smallest model there is stands in for the run's, which has its own validation.
    try Recipe(layerCount: 1, headCount: 1, width: 2, contextLength: 1, options: self).validate()
  }
}

// MARK: - Changes

extension Recipe {
  /// This recipe with `changes`, by the names of the settings that they change; the order is the table's.
  package func changed(by changes: [String: Setting.Change]) -> Recipe {
    var recipe = self
    for setting in Self.settings { changes[setting.name]?(&recipe) }
    return recipe
  }

  /// This recipe for a run that `saved` began: what it leaves to the length of the run, warm-up and decay, stays as it
  /// was when the run began, however long the run is to be now.
  package func resuming(_ saved: Recipe) -> Recipe {
    var recipe = self
    for setting in Self.settings { setting.settle(&recipe, saved) }
    return recipe
  }

  /// What keeps a run of `saved` from going on with this recipe: each setting that differs and may not, as
  /// "`batch_size` was 12, is 16".
  package func differences(from saved: Recipe) -> [String] {
    Self.settings.filter { !$0.mayChangeOnResume && $0.json(self) != $0.json(saved) }.map {
      "`\($0.name)` was \($0.resolvedText(saved)), is \($0.resolvedText(self))"
    }
  }
}
