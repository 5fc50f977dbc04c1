import Checkpoints
import Files
import Foundation
import Sampling
import Text
import Training
import Transformer

/// `minigpt train`: a model from a text file.
struct TrainCommand: RunCommand {
  var corpus = BundledCorpus.path
  var output: String?
  var preset: String?
  /// The checkpoint that the model begins with.
  var pretrained: String?
  var time = TrainingTime.usual
  var configFile: String?
  /// What the configuration file and the command line change in the preset's recipe, by the names of settings.
  var changes: [String: Setting.Change] = [:]
  var resumes = false
  var overwrites = false
  var logInterval: Int?
  /// Where TensorBoard's files go; nil where none are written.
  var eventDirectory: EventDirectory?
  var threads: Int?
  var json = false

  /// Tokens of a sample on the way.
  private static let sampleLength = 200

  init() {}

  static let definition = CommandDefinition<TrainCommand>(
    name: "train",
    overview: "Train a GPT on a text file.",
    examples: [
      .init("On the bundled corpus.", "minigpt train"),
      .init(
        "On your own text, for two minutes; checkpoints are saved to checkpoints/my-text.",
        "minigpt train data/my-text.txt"),
      .init(
        "Fine-tune a model on another text.", "minigpt train data/my-text.txt --init-from checkpoints/demo"),
      .init("A deeper model, trained for longer.", "minigpt train data/my-text.txt --n-layer 6 --max-iters 5000"),
      .init("Resume an interrupted run.", "minigpt train data/my-text.txt --resume"),
    ],
    positionals: [.positional("corpus", \.corpus, .path(), help: "The training text, in UTF-8.")],
    groups: [
      .init("RUN", runOptions), .init("MODEL", settings(.model)), .init("OPTIMIZATION", settings(.optimization)),
      .init("EVALUATION AND CHECKPOINTS", settings(.evaluation)),
    ], exitCodes: ExitCode.allCases)

  func run(on terminal: Terminal) throws -> ExitCode {
    try computing(onThreads: threads) { try train(on: terminal) }
  }

  private func train(on terminal: Terminal) throws -> ExitCode {
    Interruption.sayThatNothingIsSaved()
    defer { Interruption.stopListening() }
    let clock = WallClock.since()
    try requireBudgetAlone()
    let lock = try lockDirectory()
    let directory = lock.run
    try BundledCorpus.provide(corpus) { terminal.writeLine($0, to: json ? .error : .output) }
    let text = try Corpus(path: corpus)
    let floor = try CorpusFloor.natsPerCharacter(ofCorpus: corpus)
    var report = TrainingReport(on: terminal, json: json, directory: directory, logInterval: logInterval)
    for warning in text.warnings(path: corpus) { report.say(warning) }

    var run: TrainingRun
    if resumes, let saved = try SavedRun(lock) {
      if let pretrained { try saved.requireBegun(with: pretrained) }
      var recipe = recipe(from: saved.recipe).resuming(saved.recipe)
      for damage in saved.damage { report.say("Passed over: \(damage)") }
      let plan = try time.budget.map { try planToGoOn($0, recipe, on: text, clock) }
      if let plan { recipe.options.maxIterations = saved.step + plan.recipe.options.maxIterations }
      run = try TrainingRun(resuming: saved, recipe, corpus: text)
      run.floor = floor
      report.begin(run, corpus: corpus)
      if let plan {
        report.show(plan, command: nil)
        return try finish(&run, report, by: plan, clock)
      }
      if saved.isFinished(by: recipe) {
        run.warn { report.show($0) }
        try report.endAlreadyFinished(run)
        return .success
      }
    } else {
      let pretrained = try pretrained.map(Pretrained.init(at:))
      for note in pretrained?.notes ?? [] { report.say(note) }
      let start = recipe(from: usualRecipe)
      var recipe = pretrained?.applied(to: start).changed(by: changes) ?? start
      let plan = try budgetOfFreshRun.map { try self.plan($0, from: recipe, on: text, clock) }
      if let plan { recipe = plan.recipe }
      run = try TrainingRun(recipe, corpus: text, in: lock, replacing: overwrites || resumes, from: pretrained)
      run.floor = floor
      if let plan { report.show(plan, command: command(for: recipe)) }
      report.begin(run, corpus: corpus)
      if let pretrained { report.show(pretrained, on: text) }
      report.show(text, of: run)
      if let plan { return try finish(&run, report, by: plan, clock) }
    }
    return try finish(&run, report)
  }

  /// The recipe of a run where no preset is named.
  var usualRecipe: Recipe { (isOfBundledCorpus ? Preset.fables : Preset.all[0]).recipe }

  var isOfBundledCorpus: Bool { corpus == BundledCorpus.path }

  func finish(_ run: inout TrainingRun, _ report: TrainingReport) throws -> ExitCode {
    var report = report
    run.writesSample = { [opening = run.opening] model, tokenizer, seed in
      var options = SamplingOptions()
      options.seed = seed
      return try? TextGenerator(model, tokenizer: tokenizer, opening: opening).generate(
        prompt: "", maxNewTokens: Self.sampleLength, options: options
      ).text
    }
    if let eventDirectory { try run.writeEvents(in: eventDirectory.path) }
    report.beginTable()
    Interruption.startListening()
    let outcome: TrainingRun.Outcome
    do {
      outcome = try run.train(onEvent: { report.show($0) }, shouldStop: { Interruption.isRequested })
    } catch let error as FileError {
      throw SavingFailure(error, savedStep: run.savedStep, goOn: commandToResume(in: report.directory))
    }
    guard outcome != .interrupted else {
      guard run.savedStep != nil else {
        report.endInterruptedUnsaved()
        Interruption.endAsRequested()
      }
      report.endInterrupted(run, goOn: commandToResume(in: report.directory))
      return .interrupted
    }
    try report.end(run, outcome)
    return .success
  }
}

// MARK: - Where it saves

extension TrainCommand {
  /// Takes the directory of the run for this process alone: the one asked for, or the next free one that is named after
  /// the corpus.
  private func lockDirectory() throws -> RunLock {
    let name = URL(fileURLWithPath: corpus).deletingPathExtension().lastPathComponent
    let wanted = RunDirectory(output ?? "checkpoints/\(name)")
    if resumes && overwrites { throw UsageError.conflict("--resume and --overwrite exclude each other.") }
    if try wanted.isCheckpoint {
      throw UsageError.conflict("\(wanted.path) is a checkpoint, not a run: give another --out.")
    }
    if resumes { return try RunLock(output == nil ? RunDirectory.latest(wanted.path) : wanted) }
    if overwrites { return try RunLock(wanted) }
    guard output == nil else {
      let lock = try RunLock(wanted)
      try TrainingRun.requireNone(in: lock)
      return lock
    }
    return try RunLock.firstFree(wanted)
  }

  /// The command line that goes on with the run in `directory`.
  private func commandToResume(in directory: RunDirectory) -> String {
    var added: [String] = []
    if output == nil { added += ["--out", directory.path] }
    if !resumes { added.append("--resume") }
    if overwrites, configFile != nil { added.append("--overwrite=false") }
    if time.budget != nil, configFile != nil { added.append("--budget=none") }
    // Right after "train", where no "--" stands before them.
    return ([invocation(), "train"] + (added + wordsToResume).map(shellQuoted)).joined(separator: " ")
  }
}
