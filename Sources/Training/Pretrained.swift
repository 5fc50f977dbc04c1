import Checkpoints
import Files
import Randomness
import Text
import Transformer

/// A trained model that a fresh run begins with, instead of random weights: fine-tuning.
///
///     let demo = try Pretrained(at: "checkpoints/demo")
///     let run = try TrainingRun(demo.applied(to: recipe), corpus: text, in: directory, from: demo)
public struct Pretrained: Sendable {
  /// Which checkpoint it is.
  public let origin: Origin
  private let checkpoint: Checkpoint

  /// The checkpoint that a run began with, as its record has it.
  public struct Origin: Sendable, Equatable {
    /// Its directory.
    public let path: String
    /// The SHA-256 of its parameters, one after the other, in hexadecimal.
    public let sha256: String
  }

  /// The checkpoint that `path` names: itself, or the best of the run there.
  ///
  /// - Throws: `FileError` where there is none or it cannot be read.
  public init(at path: String) throws {
    let (found, checkpoint) = try RunDirectory.readCheckpoint(at: path)
    self.checkpoint = checkpoint
    var hash = SHA256()
    for parameter in checkpoint.model.parameters { parameter.withUnsafeBytes { hash.update($0) } }
    origin = Origin(path: found, sha256: hash.hexadecimal)
  }

  /// What whoever reads it should know of it, a sentence each.
  public var notes: [String] { checkpoint.notes }

  /// How many tokens of `corpus` its vocabulary lacks; they get ids and rows of their own.
  public func addedTokenCount(for corpus: Corpus) -> Int {
    tokenizer(for: corpus).vocabularySize - checkpoint.tokenizer.vocabularySize
  }

  func tokenizer(for corpus: Corpus) -> any Tokenizer { checkpoint.tokenizer.covering(corpus) }

  /// The model with a vocabulary of `size` tokens; rows that it has not are drawn by `key`.
  func model(vocabularySize size: Int, key: RandomKey) throws -> GPT {
    size == checkpoint.model.config.vocabularySize
      ? checkpoint.model : try checkpoint.model.extended(toVocabularyOf: size, key: key)
  }
}

// MARK: - Its shape

extension Pretrained {
  /// `recipe` for a model of its shape and architecture.
  public func applied(to recipe: Recipe) -> Recipe {
    var recipe = recipe
    recipe.model = checkpoint.model.config
    recipe.model.vocabularySize = 0
    return recipe
  }

  /// Throws unless `recipe` is for a model of its shape, and can record that.
  func requireShape(of recipe: Recipe) throws {
    let own = applied(to: recipe)
    let names = Recipe.shapeSettings
    let differences = Recipe.settings.filter { names.contains($0.name) && $0.json(own) != $0.json(recipe) }.map {
      "`\($0.name)` is \($0.resolvedText(own)) there, and \($0.resolvedText(recipe)) was asked for"
    }
    guard differences.isEmpty else {
      throw TrainingError.differsFromPretrained(path: origin.path, differences: differences)
    }
    guard try Recipe(JSONField(own.json, in: "the recipe")).model == own.model else {
      throw FileError.unsupported(
        file: origin.path,
        reason: "its model has a property that a run cannot record (an epsilon or a rotary base of its own)")
    }
  }
}

extension Pretrained.Origin {
  init(_ json: JSONField) throws {
    self.init(path: try json["path"].string, sha256: try json["sha256"].string)
  }

  var json: JSON { ["path": .string(path), "sha256": .string(sha256)] }
}
