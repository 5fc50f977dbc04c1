import Checkpoints
import Files
import Text

/// A run on disk that can go on from its last checkpoint. Its directory is this process's alone for as long as the value,
/// or a `TrainingRun` made of it, lives.
public struct SavedRun {
  let lock: RunLock
  let keeper: CheckpointKeeper
  let checkpoint: SavedCheckpoint
  /// The recipe that it was trained by, defaults resolved.
  public let recipe: Recipe
  let patience: Patience
  private let corpus: CorpusFingerprint

  /// Why later checkpoints than the one it goes on from were passed over.
  public var damage: [FileError] { keeper.damaged }

  /// The run in `directory`; nil if it has no checkpoint yet.
  ///
  /// - Throws: `FileError` if another process works there, none of its checkpoints is whole, or its state cannot be read.
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
    let state = try TrainerState(of: last.path, calls: lock.run.calls).trainer
    recipe = try Recipe(state["recipe"])
    corpus = try CorpusFingerprint(state["corpus"])
    patience = try Patience(state["patience"])
  }

  /// How many steps it has taken.
  public var step: Int { checkpoint.step }

  /// Whether it has taken all the steps that `recipe` asks for, or has run out of its patience.
  public func isFinished(by recipe: Recipe) -> Bool {
    (step >= recipe.options.maxIterations && isEvaluated) || recipe.options.patience.map(patience.isOver) ?? false
  }

  /// Whether the validation loss was measured where it stands.
  var isEvaluated: Bool { checkpoint.validationLoss != nil }

  func requireSameRun(_ recipe: Recipe, _ corpus: CorpusFingerprint) throws(TrainingError) {
    var differences = recipe.differences(from: self.recipe)
    if corpus != self.corpus {
      differences.append("the corpus had \(counted(self.corpus.characterCount, "character")) and is no longer the same text")
    }
    if !differences.isEmpty { throw .differsFromRun(path: lock.run.path, differences: differences) }
  }
}

/// What tells one corpus from another.
struct CorpusFingerprint: Sendable, Equatable {
  let characterCount: Int
  let sha256: String

  init(_ corpus: Corpus) {
    (characterCount, sha256) = (corpus.characters.count, corpus.sha256)
  }

  init(_ json: JSONField) throws {
    characterCount = try json["characters"].integer
    sha256 = try json["sha256"].string
  }

  var json: JSON { ["characters": .integer(characterCount), "sha256": .string(sha256)] }
}

/// How long ago the validation loss was at its best.
struct Patience: Sendable, Equatable {
  private var best = Double.infinity
  private var evaluationsSince = 0

  init() {}

  mutating func note(_ loss: Double) {
    if loss < best {
      (best, evaluationsSince) = (loss, 0)
    } else {
      evaluationsSince += 1
    }
  }

  func isOver(_ limit: Int) -> Bool { evaluationsSince >= limit }

  init(_ json: JSONField) throws {
    best = try json["best_validation_loss"].ifPresent?.number ?? .infinity
    evaluationsSince = try json["evaluations_since"].integer
  }

  var json: JSON {
    [
      "best_validation_loss": best.isFinite ? .number(best) : .null,
      "evaluations_since": .integer(evaluationsSince),
    ]
  }
}
