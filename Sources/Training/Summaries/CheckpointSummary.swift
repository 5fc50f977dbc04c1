import Checkpoints
import Files
import Text

/// A checkpoint, opened whole, and what its files and those of its run say of where it came from.
package struct CheckpointSummary: Sendable {
  /// Its directory.
  package let path: String
  /// The model, its tokenizer and its n-grams.
  package let checkpoint: Checkpoint
  /// How its file stores the weights.
  package let elementTypes: Set<StoredElementType>
  /// Where it stood in its run, where it says so.
  package let origin: Origin?
  /// Whether it keeps the state of an optimizer, without which training cannot go on.
  package let keepsOptimizerState: Bool

  /// A checkpoint's place in the run that wrote it.
  package struct Origin: Sendable {
    /// Optimizer steps taken.
    package let step: Int
    /// Nats per token on the validation part; nil if it was not measured.
    package let validationLoss: Double?
    /// How it was trained, defaults resolved.
    package let recipe: Recipe
    /// The text that it was trained on.
    package let characterCount: Int
    package let corpusSHA256: String
    /// The preset that the recipe differs least from, and the settings that differ.
    package let preset: Preset
    package let differences: [Recipe.Flag]
    /// The course of its run, where the record stands beside the checkpoint.
    package let history: RunHistory?
  }

  /// The checkpoint that `path` names: itself, or the best of the run there, or else its last.
  ///
  /// - Throws: `FileError` that names the file which is missing, damaged, or of a model that is not read here;
  ///   `MemoryError` where the model is too large for this computer.
  package init(at path: String) throws {
    (self.path, checkpoint) = try RunDirectory.readCheckpoint(at: path)
    elementTypes = try Checkpoint.storedElementTypes(in: self.path)
    keepsOptimizerState = try OptimizerFile.isPresent(in: self.path)
    origin = try TrainerState.ifPresent(in: self.path).map { [path = self.path] in try Origin($0, of: path) }
  }
}

extension CheckpointSummary.Origin {
  fileprivate init(_ state: TrainerState, of path: String) throws {
    let runState = try RunState(state)
    (step, validationLoss, recipe) = (state.step, state.validationLoss, runState.recipe)
    (characterCount, corpusSHA256) = (runState.corpus.characterCount, runState.corpus.sha256)
    // gpt2 is for benchmarks, and else like the default.
    let presets = Preset.all.filter { $0.name != Preset.gpt2.name }
    let distances = presets.map { (preset: $0, differences: runState.recipe.flags(over: $0.recipe)) }
    // Of equals the first, which is the default.
    let nearest = distances.dropFirst().reduce(distances[0]) { $1.differences.count < $0.differences.count ? $1 : $0 }
    (preset, differences) = nearest
    history = try? RunHistory(of: RunDirectory(parentDirectory(of: path)))
  }

  /// What the record says of this checkpoint's own evaluation.
  package var evaluation: RunHistory.Evaluation? { history?.evaluations.last { $0.position.step == step } }
}

// MARK: - Telling

extension CheckpointSummary {
  /// The summary as a program reads it; null stands for what is not known.
  package var json: JSON {
    let (config, tokenizer) = (checkpoint.model.config, checkpoint.tokenizer)
    return [
      "path": .string(path), "architecture": .string("\(config.architecture)"),
      "transformers_class": .string(checkpoint.transformersClass), "parameters": .integer(config.parameterCount),
      "dtype": .array(elementTypes.map { "\($0)" }.sorted().map(JSON.string)),
      "n_layer": .integer(config.layerCount), "n_head": .integer(config.headCount),
      "n_kv_head": .integer(config.keyValueHeadCount), "n_embd": .integer(config.width),
      "mlp_width": .integer(config.mlpWidth), "block_size": .integer(config.contextLength),
      "sliding_window": config.slidingWindow.map(JSON.integer) ?? .null, "tied_head": .bool(config.tiesHead),
      "vocabulary": ["size": .integer(tokenizer.vocabularySize), "unit": .string(tokenizer.unit)],
      "ngrams": ngramsJSON, "optimizer_state": .bool(keepsOptimizerState), "origin": origin?.json ?? .null,
      "notes": .array(checkpoint.notes.map(JSON.string)),
    ]
  }

  private var ngramsJSON: JSON {
    guard let mixture = checkpoint.mixture else { return .null }
    return [
      "order": .integer(mixture.order), "tokens": .integer(mixture.text.tokens.count),
      "network_exponent": .number(mixture.exponents.network), "counts_exponent": .number(mixture.exponents.counts),
    ]
  }
}

extension CheckpointSummary.Origin {
  fileprivate var json: JSON {
    [
      "step": .integer(step), "val_loss": validationLoss.map(JSON.number) ?? .null,
      "train_loss": evaluation.map { .number($0.trainingLoss) } ?? .null,
      "characters": .integer(characterCount), "corpus_sha256": .string(corpusSHA256),
      "preset": .string(preset.name),
      "differences": .object(differences.map { .init(name: $0.name, value: .string($0.text)) }),
      "recipe": recipe.json, "baselines": history?.levelsJSON ?? .null,
    ]
  }
}
