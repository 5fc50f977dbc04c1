import Autograd
import Checkpoints
import Files
import NGrams
import Text
import Training
import Transformer

/// `minigpt eval`: the loss of a checkpoint over all of a text.
struct EvalCommand: Command {
  var checkpoint = ""
  var text = BundledCorpus.path
  var stride: Int?
  var isStrict = false
  var withoutNGrams = false
  var precision = Precision.highest
  var threads: Int?
  var json = false

  init() {}

  static let definition = CommandDefinition<EvalCommand>(
    name: "eval",
    overview: """
      Compute a checkpoint's loss over a whole text, the mean of −ln p(next character) in nats (1 nat is 1.44 bits); every \
      character but the first is scored once.
      """,
    examples: [
      .init(
        "The best checkpoint of a run, on another text.", "minigpt eval checkpoints/my-text other-text.txt"),
      .init(
        "With at least half of the context before every character.",
        "minigpt eval checkpoints/my-text other-text.txt --stride 32"),
    ],
    positionals: [
      .positional(
        "checkpoint", \.checkpoint, .path(), isRequired: true,
        help: "A run's directory (its best checkpoint, else its last) or one checkpoint."),
      .positional("text", \.text, .path(), help: "The text to score, in UTF-8."),
    ],
    groups: [
      .init(
        "OPTIONS",
        [
          .option(
            "stride", \.stride, .integer(in: 1...Int.max), defaultText: "the block size: no overlap",
            help: "Distance between window starts; less than the block size makes windows overlap."),
          .flag(
            "strict", \.isStrict,
            help: """
              Refuse a text with a character that the vocabulary lacks, which is else read as a reserved token and not \
              scored.
              """),
          .withoutNGrams(\.withoutNGrams),
          .precision(\.precision),
          .threads(\.threads),
          .json(\.json, "one JSON object"),
        ])
    ])

  func run(on terminal: Terminal) throws -> ExitCode {
    let (path, loaded) = try RunDirectory.readCheckpoint(at: checkpoint)
    for note in loaded.notes { terminal.writeLine(note, to: .error) }
    let people: Terminal.Stream = json ? .error : .output
    try BundledCorpus.provide(text) { terminal.writeLine($0, to: people) }
    let corpus = try Corpus(path: text)
    let floor = try CorpusFloor.natsPerCharacter(ofCorpus: text)
    let tokens = try tokens(of: corpus, by: loaded.tokenizer)
    terminal.writeLine(
      "\(printable(path)) on \(printable(text)), \(Formatting.count(tokens.count, loaded.tokenizer.unit))", to: people)
    let config = loaded.model.config
    let atOnce = min(tokens.count, 16 * config.contextLength)
    try requireMemory(
      config.inferenceByteCount(positions: min(tokens.count, config.contextLength), atOnce: atOnce),
      for: "the loss of \(counted(atOnce, "token")) at once", remedy: "score a shorter text, or one after the other")
    let mixture = withoutNGrams ? nil : loaded.mixture
    let (network, mixed) = try computing(onThreads: threads, in: precision) {
      try losses(of: loaded.model, mixture?.mixture, on: tokens[...], leavingOut: loaded.tokenizer.unknownID)
    }
    let result = mixed ?? network
    guard result.loss.isFinite else {
      throw FileError.malformed(
        file: path, reason: "its loss is \(result.loss): its weights are damaged, or its training diverged")
    }
    if result.tokenCount == 0 { try requireKnown(corpus, by: loaded.tokenizer) }
    // The first token is not scored.
    let extent = TextExtent(of: tokens.dropFirst(), leavingOut: loaded.tokenizer.unknownID, by: loaded.tokenizer)
    let unknown = UnknownCharacters(in: corpus, by: loaded.tokenizer)
    show(result, of: extent, unknown, on: terminal, people)
    if mixed != nil {
      let nats = Formatting.decimal(extent.perCharacter(network.loss))
      terminal.writeLine("network alone \(nats) nats per character; the loss above is with n-grams", to: people)
    }
    let baselines = Result { () throws(Baselines.Lack) in
      try Baselines(ofCheckpoint: path, on: corpus, tokens, vocabularySize: loaded.tokenizer.vocabularySize)
    }
    terminal.writeLine(BaselinesReport.line(baselines, by: loaded.tokenizer.unit), to: people)
    if let floor {
      let nats = Formatting.decimal(floor)
      terminal.writeLine(
        "floor, on its validation split: \(nats) nats per character, the text's own entropy", to: people)
    }
    if json {
      let alone = mixed == nil ? nil : network
      terminal.writeLine(object(result, extent, unknown, network: alone, try? baselines.get()).compact)
    }
    return .success
  }

  /// The loss of the network, and with a mixture that as well.
  private func losses(
    of model: GPT, _ mixture: NGramMixture?, on tokens: Slice<TokenIDs>, leavingOut unscored: Int32?
  ) throws -> (network: EvaluationResult, mixture: EvaluationResult?) {
    guard let mixture else { return (try model.evaluate(tokens, leavingOut: unscored, stride: stride), nil) }
    return try model.evaluate(tokens, mixing: mixture, leavingOut: unscored, stride: stride)
  }

  private func tokens(of corpus: Corpus, by tokenizer: any Tokenizer) throws -> TokenIDs {
    if isStrict { try requireKnown(corpus, by: tokenizer) }
    return try tokenizer.encodeCorpusReplacingUnknown(corpus)
  }

  /// Throws at the first character that the vocabulary lacks.
  private func requireKnown(_ corpus: Corpus, by tokenizer: any Tokenizer) throws {
    do {
      _ = try tokenizer.encodeCorpus(corpus)
    } catch TextError.unknownCharacter(let character) {
      throw UnknownCharacterError(character, inFile: text, text: corpus.text)
    }
  }

  private func show(
    _ result: EvaluationResult, of extent: TextExtent, _ unknown: UnknownCharacters, on terminal: Terminal,
    _ people: Terminal.Stream
  ) {
    let loss = Formatting.decimal(extent.perCharacter(result.loss))
    let bits = Formatting.decimal(extent.perCharacter(result.bitsPerToken))
    terminal.writeLine("loss \(loss) nats per character, \(bits) bits per character\(unknown.note)", to: people)
    if extent.tokenCount != extent.characterCount || extent.byteCount != extent.characterCount {
      let loss = Formatting.decimal(result.loss)
      let bits = Formatting.decimal(extent.perByte(result.bitsPerToken))
      terminal.writeLine("     \(loss) nats per token, \(bits) bits per byte", to: people)
    }
  }

  private func object(
    _ result: EvaluationResult, _ extent: TextExtent, _ unknown: UnknownCharacters, network: EvaluationResult?,
    _ baselines: Baselines?
  ) -> JSON {
    var object: JSON = [
      "loss": .number(result.loss), "bits_per_character": .number(extent.perCharacter(result.bitsPerToken)),
      "tokens": .integer(result.tokenCount), "unknown_characters": .integer(unknown.count),
      "baselines": baselines.map { $0.json } ?? .null,
    ]
    if let network { object["network_loss"] = .number(network.loss) }
    return object
  }
}
