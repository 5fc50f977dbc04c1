import Checkpoints
import Files
import Text

/// What a run needs to go on besides weights and optimizer state: the `trainer` part of `trainer_state.json`.
struct RunState: Sendable {
  /// The recipe, defaults resolved.
  var recipe: Recipe
  var corpus: CorpusFingerprint
  var patience: Patience
  /// The checkpoint that it began with; nil for random weights.
  var origin: Pretrained.Origin?
  /// Which row of batches it draws from.
  var batchOffset = 0
  /// How many of the last steps, without one in between that was taken, were skipped.
  var consecutiveSkips = 0
  /// The step of the checkpoint that a divergence leads back to, where it is not the one that the state is of: a checkpoint
  /// that was saved because the run was interrupted is none, since an undisturbed run has none there.
  var returnStep: Int?

  /// The state in `state`, whose values are each in their range, and together.
  ///
  /// - Throws: `FileError.malformed` that names the place.
  init(_ state: TrainerState) throws {
    let json = state.trainer
    recipe = try Recipe(json["recipe"])
    do {
      try recipe.validate()
    } catch {
      throw json["recipe"].failure(error.description)
    }
    corpus = try CorpusFingerprint(json["corpus"])
    patience = try Patience(json["patience"], evaluations: state.step)
    origin = try json["pretrained"].ifPresent.map(Pretrained.Origin.init)
    batchOffset = try json["batch_offset"].ifPresent?.integer(in: 0...Int(Int32.max)) ?? 0
    consecutiveSkips =
      try json["consecutive_skips"].ifPresent?.integer(in: 0...(Trainer.mostConsecutiveSkips - 1)) ?? 0
    returnStep = try json["return_step"].ifPresent?.integer(in: 0...state.step)
  }

  init(recipe: Recipe, corpus: CorpusFingerprint, patience: Patience) {
    (self.recipe, self.corpus, self.patience) = (recipe, corpus, patience)
  }

  /// What only some runs have is left out where there is nothing to say.
  var json: JSON {
    var json: JSON = ["recipe": recipe.json, "corpus": corpus.json, "patience": patience.json]
    if let origin { json["pretrained"] = origin.json }
    if batchOffset != 0 { json["batch_offset"] = .integer(batchOffset) }
    if consecutiveSkips != 0 { json["consecutive_skips"] = .integer(consecutiveSkips) }
    if let returnStep { json["return_step"] = .integer(returnStep) }
    return json
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
    characterCount = try json["characters"].integer(in: 0...Int.max)
    sha256 = try json["sha256"].string
  }

  var json: JSON { ["characters": .integer(characterCount), "sha256": .string(sha256)] }
}

/// How long ago the validation loss was at its best.
struct Patience: Sendable, Equatable {
  private(set) var best = Double.infinity
  private var evaluationsSince = 0

  init() {}

  mutating func note(_ loss: Double) {
    if loss < best {
      (best, evaluationsSince) = (loss, 0)
    } else {
      evaluationsSince = min(evaluationsSince, .max - 1) + 1
    }
  }

  func isOver(_ limit: Int) -> Bool { evaluationsSince >= limit }

  /// Throws `FileError.malformed` where there were not as many evaluations as it counts: no more than `evaluations`.
  init(_ json: JSONField, evaluations: Int) throws {
    best = try json["best_validation_loss"].ifPresent?.number ?? .infinity
    evaluationsSince = try json["evaluations_since"].integer(in: 0...evaluations)
  }

  var json: JSON {
    [
      "best_validation_loss": best.isFinite ? .number(best) : .null,
      "evaluations_since": .integer(evaluationsSince),
    ]
  }
}
