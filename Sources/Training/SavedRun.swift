import Checkpoints
import Files
import Text

/// A run on disk that can go on from its last checkpoint. Its directory is this process's alone for as long as the value,
/// or a `TrainingRun` made of it, lives.
public struct SavedRun {
  let lock: RunLock
  let keeper: CheckpointKeeper
  let checkpoint: SavedCheckpoint
  let state: RunState
  /// Where the run goes back to if it diverges.
  let returnPoint: ReturnPoint

  /// Why later checkpoints than the one it goes on from were passed over.
  public var damage: [FileError] { keeper.damaged }

  /// The run in `directory`; nil if it has no checkpoint yet.
  ///
  /// - Throws: `FileError` if another process works there, none of its checkpoints is whole, or its state
  ///   cannot be read or does not hold together.
  public init?(_ directory: RunDirectory) throws { try self.init(RunLock(directory)) }

  /// The run whose directory `lock` holds.
  package init?(_ lock: RunLock) throws {
    let keeper = try CheckpointKeeper(lock.run)
    guard let last = keeper.last else {
      if let damage = keeper.damaged.last { throw damage }
      return nil
    }
    self.lock = lock
    self.keeper = keeper
    checkpoint = last
    state = try RunState(of: last, lock.run.calls)
    if let earlier = keeper.checkpoints.first(where: { [step = state.returnStep] in $0.step == step }) {
      returnPoint = ReturnPoint(earlier, try RunState(of: earlier, lock.run.calls))
    } else {
      returnPoint = ReturnPoint(last, state)
    }
  }

  /// The recipe that it was trained by, defaults resolved.
  public var recipe: Recipe { state.recipe }

  /// How many steps it has taken.
  public var step: Int { checkpoint.step }

  /// Whether it has taken all the steps that `recipe` asks for, or has run out of its patience.
  public func isFinished(by recipe: Recipe) -> Bool {
    (step >= recipe.options.maxIterations && isEvaluated) || recipe.options.patience.map(state.patience.isOver) ?? false
  }

  /// Whether the validation loss was measured where it stands.
  var isEvaluated: Bool { checkpoint.validationLoss != nil }

  /// Throws unless it began with a checkpoint, as a command says that names `path`.
  package func requireBegun(with path: String) throws(TrainingError) {
    guard state.origin == nil else { return }
    throw .differsFromRun(path: lock.run.path, differences: ["`init_from` was nothing, is \(path)"])
  }

  func requireSameRun(_ recipe: Recipe, _ corpus: CorpusFingerprint) throws(TrainingError) {
    guard corpus == state.corpus else {
      throw .otherText(
        path: lock.run.path, characters: state.corpus.characterCount, found: corpus.characterCount)
    }
    let differences = recipe.differences(from: self.recipe)
    if !differences.isEmpty { throw .differsFromRun(path: lock.run.path, differences: differences) }
  }
}

/// A good checkpoint, and how the run stood there.
struct ReturnPoint: Sendable {
  let checkpoint: SavedCheckpoint
  let state: RunState

  init(_ checkpoint: SavedCheckpoint, _ state: RunState) {
    (self.checkpoint, self.state) = (checkpoint, state)
  }
}

extension RunState {
  /// The state in `checkpoint`. Throws `FileError.malformed` where it is not of its step, or not as it was written.
  fileprivate init(of checkpoint: SavedCheckpoint, _ calls: any SystemCalls) throws {
    let stored = try TrainerState(of: checkpoint.path, calls: calls)
    guard stored.step == checkpoint.step else {
      throw FileError.malformed(
        file: stored.trainer.source,
        reason: "step: \(stored.step), where the directory's name says \(checkpoint.step)")
    }
    try self.init(stored)
  }
}
