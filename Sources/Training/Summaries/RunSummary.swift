import Checkpoints
import Files
import Transformer

/// What a run's files tell of it without being read whole: the weights are not opened, and sizes alone are held against the
/// manifests. Whatever cannot be read is nil, with a problem that says why.
package struct RunSummary: Sendable {
  /// Where the run is.
  package let path: String
  /// The model; of the last checkpoint whose configuration can be read.
  package private(set) var config: GPTConfig?
  /// How it is trained, and on how long a text of which hash.
  package private(set) var recipe: Recipe?
  package private(set) var characterCount: Int?
  package private(set) var corpusSHA256: String?
  /// The step of the last checkpoint.
  package private(set) var savedStep: Int?
  /// The lowest validation loss and its step: those of the record, or else of the checkpoints.
  package private(set) var best: (step: Int, loss: Double)?
  /// The course of the run, where there is a record.
  package private(set) var history: RunHistory?
  /// When it was written to last, in seconds since 1970.
  package private(set) var time: Double?
  /// What is damaged or cannot be read, each with the file's name.
  package private(set) var problems: [String] = []

  /// The run, or the one checkpoint, in the directory `run`.
  package init(of run: RunDirectory) {
    path = run.path
    noteProblems { summary in
      if try run.isCheckpoint {
        try summary.readCheckpoint(run.path, calls: run.calls)
      } else {
        let contents = try run.contents()
        for step in contents.steps { summary.noteCheckpoint(step, of: run) }
        if contents.hasMetrics { try summary.readHistory(of: run) }
        if contents.steps.isEmpty, !contents.hasMetrics {
          summary.problems.append("no checkpoint and no metrics.jsonl")
        }
      }
    }
    if time == nil { noteProblems { $0.time = try run.calls.modificationTime(of: run.path).map { Double($0) / 1e9 } } }
  }

  /// The last step that is known of.
  package var step: Int? { [savedStep, history.map(\.position.step)].compactMap(\.self).max() }

  /// What its steps took together, in seconds.
  package var seconds: Double? { history.map(\.position.seconds) }

  /// The runs and checkpoints in `folder`, or the one that it is; those written to last come first.
  ///
  /// - Throws: `FileError` where `folder` is missing, is no directory or cannot be listed.
  package static func all(in folder: String) throws -> [RunSummary] {
    let wanted = RunDirectory(folder)
    guard let kind = try wanted.calls.kind(of: wanted.path, followsLink: true) else {
      throw FileError.missing(path: folder, remedy: "give a folder of runs, such as checkpoints")
    }
    guard kind == .directory else {
      throw FileError.malformed(file: folder, reason: "it is no directory; give a folder of runs, such as checkpoints")
    }
    if holdsRun(wanted) { return [RunSummary(of: wanted)] }
    let runs = try wanted.calls.list(wanted.path).sorted().map { RunDirectory(wanted.path + "/" + $0) }
    return runs.filter(holdsRun).map(RunSummary.init).sorted { ($0.time ?? 0, $1.path) > ($1.time ?? 0, $0.path) }
  }

  /// Whether a run or a checkpoint is there, or what cannot be told from one.
  private static func holdsRun(_ run: RunDirectory) -> Bool {
    guard let kind = try? run.calls.kind(of: run.path, followsLink: true), kind == .directory else { return false }
    do { return try run.isCheckpoint || run.holdsRun } catch { return true }
  }
}

// MARK: - Reading

extension RunSummary {
  /// Does `body`, and notes what it throws as a problem.
  private mutating func noteProblems(_ body: (inout Self) throws -> Void) {
    do {
      try body(&self)
    } catch {
      problems.append("\(error)".replacing(path + "/", with: ""))
    }
  }

  private mutating func noteCheckpoint(_ step: Int, of run: RunDirectory) {
    let path = run.checkpointPath(step: step)
    noteProblems { summary in
      do {
        try Manifest(of: path, calls: run.calls).verifySizes(in: path, calls: run.calls)
        try summary.readCheckpoint(path, calls: run.calls)
      } catch {
        // A run that goes on meanwhile removes old checkpoints.
        if try run.calls.kind(of: path) != nil { throw error }
      }
    }
  }

  private mutating func readCheckpoint(_ path: String, calls: any SystemCalls) throws {
    config = try Checkpoint.configuration(in: path, calls: calls)
    guard let state = try TrainerState.ifPresent(in: path, calls: calls) else { return }
    let runState = try RunState(state)
    (recipe, savedStep) = (runState.recipe, state.step)
    (characterCount, corpusSHA256) = (runState.corpus.characterCount, runState.corpus.sha256)
    if let loss = state.validationLoss, loss.isFinite, loss < best?.loss ?? .infinity { best = (state.step, loss) }
  }

  private mutating func readHistory(of run: RunDirectory) throws {
    let history = try RunHistory(of: run)
    self.history = history
    time = try history.lastTime ?? run.calls.modificationTime(of: run.metricsPath).map { Double($0) / 1e9 }
    if let evaluation = history.best { best = (evaluation.position.step, evaluation.validationLoss) }
    if let first = history.unreadableLines.first {
      let lines = counted(history.unreadableLines.count, "line")
      problems.append("metrics.jsonl: \(lines), the first of them line \(first), no event of a run")
    }
  }
}

// MARK: - Telling

extension RunSummary {
  /// The summary as a program reads it; null stands for what is not known.
  package var json: JSON {
    func number(_ value: Double?) -> JSON { value.map(JSON.number) ?? .null }
    func integer(_ value: Int?) -> JSON { value.map(JSON.integer) ?? .null }
    return [
      "run": .string(path), "characters": integer(characterCount),
      "corpus_sha256": corpusSHA256.map(JSON.string) ?? .null,
      "architecture": config.map { .string("\($0.architecture)") } ?? .null,
      "parameters": integer(config?.parameterCount), "step": integer(step), "saved_step": integer(savedStep),
      "max_iters": integer(recipe?.options.maxIterations), "best_step": integer(best?.step),
      "best_val_loss": number(best?.loss), "seconds": number(seconds), "time": number(time),
      "baselines": history?.levelsJSON ?? .null, "problems": .array(problems.map(JSON.string)),
    ]
  }
}
