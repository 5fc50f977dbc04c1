import Autograd
import Files
import NGrams
import Text
import Transformer

/// A model and its tokenizer, kept in a directory that transformers opens: as `Starcoder2ForCausalLM` or
/// `NanoChatForCausalLM`, by the model's architecture.
///
///     let checkpoint = try Checkpoint(directory: RunDirectory.checkpoint(at: "checkpoints/fables"))
///     let logits = checkpoint.model.logits(try checkpoint.tokenizer.encode("Once"))
///
/// The files are `config.json`, `model.safetensors`, `tokenizer.json`, `tokenizer_config.json` and
/// `manifest.json`; a run in training adds `optimizer.safetensors` and `trainer_state.json`, one that mixes in n-grams
/// `ngrams.safetensors`, and one on a text with hardly any line breaks `opening.json`: the model is whole without. They hold nothing that depends on time, place or the number of
/// threads, and reading them executes nothing.
///
/// What `save_pretrained` makes of a checkpoint is read as well: without a manifest, in float16 or bfloat16, with its
/// weights in several files.
public struct Checkpoint: Sendable {
  /// The model.
  public let model: GPT
  /// The model's tokenizer; has as many ids as the model.
  public let tokenizer: any Tokenizer
  /// The n-grams that are mixed with the model's predictions; nil where it stands alone.
  public let mixture: NGramMixture.Parameters?
  /// What a text without a prompt begins with; nil where a line break before it says so, or it is not known.
  public let opening: OpeningTokens?
  /// What whoever reads it should know of it, a sentence each: that its files could not be verified, say.
  public let notes: [String]
  /// How transformers keeps such a model.
  let architecture: any Architecture

  static let configName = "config.json"

  /// A model with the tokenizer it was trained with. Traps unless their vocabularies are equally large and the
  /// architecture holds the model.
  ///
  /// - Parameters:
  ///   - architecture: transformers' `model_type`, such as "starcoder2"; the first that holds the model unless given.
  ///   - mixture: n-grams of the same vocabulary that are mixed with its predictions.
  ///   - opening: what a text without a prompt begins with, of the same vocabulary.
  public init(
    model: GPT, tokenizer: any Tokenizer, architecture name: String? = nil, mixture: NGramMixture.Parameters? = nil,
    opening: OpeningTokens? = nil
  ) {
    let size = model.config.vocabularySize
    require(
      size == tokenizer.vocabularySize,
      "Checkpoint: a model of \(size) tokens, a tokenizer of \(tokenizer.vocabularySize)")
    if let ngrams = mixture?.text.vocabularySize {
      require(size == ngrams, "Checkpoint: a model of \(size) tokens, n-grams of \(ngrams)")
    }
    if let opening = opening?.counts.count {
      require(size == opening, "Checkpoint: a model of \(size) tokens, an opening of \(opening)")
    }
    guard let architecture = Checkpoints.architecture(of: model.config, named: name) else {
      trap("Checkpoint: \(name ?? "no architecture") holds no such model: \(model.config)")
    }
    self.model = model
    self.tokenizer = tokenizer
    self.architecture = architecture
    self.mixture = mixture
    self.opening = opening
    notes = []
  }

  /// Reads the checkpoint in `directory`, after verifying its files against the manifest, where it has one.
  ///
  /// - Throws: `FileError` that names the file which is missing, damaged, or of a model that this is
  ///   not; `MemoryError` where the model is too large for this computer.
  public init(directory: String) throws { try self.init(directory: directory, calls: POSIX()) }

  /// The same, by the system calls of whoever works in the run's directory.
  package init(directory: String, calls: any SystemCalls) throws {
    let weights = try StoredWeights(in: directory, calls)
    let ngrams = try NGramsFile.ifPresent(in: directory, calls)
    let openingFile = try OpeningFile.ifPresent(in: directory, calls)
    let others = [ngrams.map { _ in NGramsFile.name }, openingFile.map { _ in OpeningFile.name }].compactMap(\.self)
    notes = try Self.verify(directory, weights.files + others, calls)
    let configFile = try Self.document(Self.configName, in: directory, calls)
    architecture = try Checkpoints.architecture(of: configFile)
    let config = try architecture.config(from: configFile)
    let tokenizerFile = try Self.document(
      TokenizerFile.name, in: directory, calls, atMost: InputFile.largestDocument)
    tokenizer = try Tokenizers.tokenizer(from: tokenizerFile)
    guard tokenizer.vocabularySize == config.vocabularySize else {
      throw tokenizerFile["model"]["vocab"].failure(
        "\(tokenizer.vocabularySize) tokens, where config.json says vocab_size \(config.vocabularySize)")
    }
    model = try weights.model(architecture, config)
    mixture = try ngrams?.parameters(vocabularySize: config.vocabularySize)
    opening = try openingFile?.opening(vocabularySize: config.vocabularySize)
  }

  /// Holds the files that are read against the manifest; what there is to say where there is none.
  ///
  /// transformers writes none; but a run that can go on has always had one.
  private static func verify(
    _ directory: String, _ weights: [String], _ calls: any SystemCalls
  ) throws -> [String] {
    do {
      let files = [configName] + weights + [TokenizerFile.name, TokenizerFile.configName]
      let manifest = try Manifest(of: directory, calls: calls)
      // What it lists and is gone is missing, though a model can do without it.
      let listed = [NGramsFile.name, OpeningFile.name].filter { manifest.files[$0] != nil && !files.contains($0) }
      try manifest.verify(directory, files: files + listed, calls: calls)
      return []
    } catch let error as FileError {
      guard case .missing(let path, _) = error, path == directory + "/" + Manifest.fileName,
        try InputFile.ifPresent(directory + "/" + TrainerState.fileName, calls: calls) == nil
      else { throw error }
      return ["\(printable(directory)) has no \(Manifest.fileName): its files are read without being verified."]
    }
  }

  /// The architecture of the checkpoint in `directory`.
  static func architecture(of directory: String, calls: any SystemCalls) throws -> any Architecture {
    try Checkpoints.architecture(of: document(configName, in: directory, calls))
  }

  static func document(
    _ name: String, in directory: String, _ calls: any SystemCalls, atMost limit: Int = InputFile.smallDocument
  ) throws -> JSONField {
    try InputFile(directory + "/" + name, ifMissing: "take another checkpoint", calls: calls).json(atMost: limit)
  }

  /// Writes the checkpoint to `directory` atomically.
  ///
  /// - Throws: `FileError.system` that names the file which could not be written.
  public func write(to directory: String) throws {
    try AtomicDirectory.writeWithManifest(to: directory) { try write(into: &$0) }
  }

  /// Writes the checkpoint's files into a directory that is about to appear.
  package func write(into directory: inout AtomicDirectory) throws {
    if let mixture { try NGramsFile.write(mixture, into: &directory) }
    if let opening { try OpeningFile.write(opening, into: &directory) }
    try directory.write(Self.configName) { try $0.write(architecture.json(of: model.config).pretty + "\n") }
    for file in tokenizer.files(contextLength: model.config.contextLength) {
      try directory.write(file.name) { try $0.write(file.text) }
    }
    try directory.write(WeightsFile.name) { try WeightsFile.write(model, architecture, to: &$0) }
  }
}
