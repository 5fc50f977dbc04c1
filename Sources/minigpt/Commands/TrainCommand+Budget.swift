import Checkpoints
import Files
import Text
import Training

// `minigpt train --budget`: what is done in a time.

extension TrainCommand {
  /// The budget of a run that begins.
  var budgetOfFreshRun: Duration? {
    time.budget(isOfBundledCorpus: isOfBundledCorpus, hasPreset: preset != nil, changing: Set(changes.keys))
  }

  /// Throws where something beside a budget says how long the run is.
  func requireBudgetAlone() throws(UsageError) {
    guard time.budget != nil else { return }
    for (setting, reason) in [
      ("max_iters", "the budget decides on the number of steps"),
      ("lr_refit", "the budget decides on the decay's length on the way"),
    ] where changes[setting] != nil {
      throw .conflict("--budget and --\(setting.replacing("_", with: "-")) exclude each other: \(reason).")
    }
  }

  /// The settings that stay as they are in the recipe that the plan begins with.
  private var chosenSettings: Set<String> {
    Set(changes.keys).union(preset == nil ? [] : BudgetPlanner.settingsOfPresets)
      .union(pretrained == nil ? [] : Recipe.shapeSettings)
  }

  /// The plan of a fresh run on `text`.
  func plan(_ budget: Duration, from start: Recipe, on text: Corpus, _ clock: WallClock) throws -> BudgetPlan {
    try plan(budget, start, keeping: chosenSettings, on: text, clock)
  }

  /// The plan of going on with the run of `recipe` for a time; its number of steps are those from now on.
  func planToGoOn(_ budget: Duration, _ recipe: Recipe, on text: Corpus, _ clock: WallClock) throws -> BudgetPlan {
    var recipe = recipe
    // What the run has of them is of its past.
    recipe.options.decayRefits = []
    let given = BudgetPlanner.settingsOfPresets.union(["lr_decay_iters"])
    return try plan(budget, recipe, keeping: given, on: text, clock)
  }

  private func plan(
    _ budget: Duration, _ start: Recipe, keeping given: Set<String>, on text: Corpus, _ clock: WallClock
  ) throws -> BudgetPlan {
    let tokenizer = try Tokenizers.standard(corpus: text)
    let dataset = try ThroughputMeter.Dataset(
      TokenIDs(encoding: text, by: tokenizer), vocabularySize: tokenizer.vocabularySize)
    let count = dataset.tokens.count
    let baseline = try CountingBaseline(
      TokenDataset(dataset.tokens, validationFraction: start.options.validationFraction, blockSize: 1),
      vocabularySize: tokenizer.vocabularySize)
    let trainingCount = TokenDataset.trainingCount(
      of: count, validationFraction: start.options.validationFraction)
    let planner = BudgetPlanner(
      seconds: budget.seconds,
      text: .init(
        trainingTokens: trainingCount, validationTokens: count - trainingCount,
        vocabularySize: tokenizer.vocabularySize, suitsNGrams: baseline.map { !$0.wantsLongerContexts } ?? false,
        wantsLongerContexts: baseline?.wantsLongerContexts ?? false),
      start: start, given: given)
    let measurements = try ThroughputMeter(planner, clock).measurements(on: dataset)
    return try planner.plan(measurements, elapsed: clock.elapsed())
  }

  /// Trains `run` as planned and, by the clock, within the budget.
  func finish(
    _ run: inout TrainingRun, _ report: TrainingReport, by plan: BudgetPlan, _ clock: WallClock
  ) throws -> ExitCode {
    let (step, planned) = (run.trainer.step, run.recipe)
    let movesDecay = changes["lr_decay_iters"] == nil
    if step > 0 {
      var report = report
      try run.refit(to: planned.options.maxIterations, movingDecay: movesDecay) { report.show($0) }
    }
    run.pace = Pace(
      budget: plan.budget.seconds, endingSeconds: plan.endingSeconds, clock: clock, from: step,
      to: planned.options.maxIterations, movesDecay: movesDecay, mayGrow: !plan.endsEarly)
    let code = try finish(&run, report)
    if code == .success {
      report.end(
        plan.budget, after: clock.elapsed(), changedCommand: run.recipe == planned ? nil : command(for: run.recipe))
    }
    return code
  }

  /// The command without a budget that makes the same run again.
  func command(for recipe: Recipe) -> String {
    let corpus = isOfBundledCorpus ? [] : [corpus.hasPrefix("-") ? "./" + corpus : corpus]
    let presetWords = preset.map { ["--preset", $0] } ?? []
    var base = preset.flatMap(Preset.named)?.recipe ?? usualRecipe
    // The steps are named even where they are the usual ones: without them there would be the usual budget.
    base.options.maxIterations = 0
    let flags = recipe.flags(over: base).filter { pretrained == nil || !Recipe.shapeSettings.contains($0.name) }
    let words =
      corpus + presetWords + (pretrained.map { ["--init-from", $0] } ?? [])
      + flags.flatMap(\.words)
    return ([invocation(), "train"] + words.map(shellQuoted)).joined(separator: " ")
  }

  /// The words of this command line that a resumed run's have, which goes on to its number of steps.
  var wordsToResume: [String] {
    var words: [String] = []
    var rest = CommandLine.arguments.dropFirst(2)
    while let word = rest.popFirst() {
      if word == "--" { return words + [word] + rest }
      let name = word.prefix { $0 != "=" }
      let isDropped = name == "--overwrite" || (time.budget != nil && (name == "--budget" || name == "--preset"))
      if !isDropped {
        words.append(word)
      } else if name != "--overwrite", !word.contains("=") {
        rest = rest.dropFirst()
      }
    }
    return words
  }
}
