import Checkpoints
import Files
import Sampling
import Text
import Training

/// `minigpt sample`: text from a checkpoint.
struct SampleCommand: Command {
  var checkpoint: String?
  var prompt = ""
  var maxNewTokens = 500
  var sampleCount = 1
  var stops: [String] = []
  var options = SamplingOptions()
  var withoutNGrams = false
  var threads: Int?
  var json = false

  init() {}

  /// The line between two samples.
  static let separator = "----------"

  static let definition = CommandDefinition<SampleCommand>(
    name: "sample",
    overview: "Sample text from a checkpoint.",
    examples: [
      .init("From the latest run, or else the bundled demo.", "minigpt sample"),
      .init(
        "Continue a prompt, less randomly.",
        "minigpt sample checkpoints/my-text --prompt 'Once upon' --temperature 0.5"),
      .init("Greedy decoding: always the most probable character.", "minigpt sample --temperature 0"),
    ],
    positionals: [
      .positional(
        "checkpoint", \.checkpoint, .path(),
        defaultText: "the newest run under checkpoints/, else the demo there or beside the program",
        help: "A run's directory (its best checkpoint, else its last) or one checkpoint.")
    ],
    groups: [
      .init("TEXT", textOptions), .init("SAMPLING", samplingOptions),
      .init("OUTPUT", [.threads(\.threads), .json(\.json, "one JSON object for each sample")]),
    ])

  private static var textOptions: [ArgumentDefinition<SampleCommand>] {
    [
      .option(
        "prompt", \.prompt, .text,
        help: """
          The text to continue; without one, a sample begins as a line does, or in a text of hardly any lines, with a \
          character as often as it occurs.
          """),
      .option(
        "max-new-tokens", \.maxNewTokens, .integer(in: 1...Int.max),
        help: "Maximum number of characters to generate."),
      .option(
        "num-samples", \.sampleCount, .integer(in: 1...Int.max), help: "Number of independent samples."),
      .option(
        "stop", .stopString, defaultText: nil,
        help: "Stop string: a sample ends before it; may be repeated."
      ) {
        $1.stops.append($0)
      },
    ]
  }

  private static var samplingOptions: [ArgumentDefinition<SampleCommand>] {
    [
      .option(
        "temperature", \.options.temperature, .number(atLeast: 0),
        help: "Divides the logits: below 1 is less random, above 1 more random, 0 is greedy."),
      .option(
        "top-k", \.options.topK, .integer(in: 0...Int.max),
        help: "Sample from the k most probable characters only; 0 disables."),
      .option(
        "top-p", \.options.topP, .number(above: 0, atMost: 1),
        help: "Sample from the fewest characters that together reach this probability; 1 disables."),
      .option(
        "min-p", \.options.minP, .number(atLeast: 0, atMost: 1),
        help: "Drop characters less probable than this fraction of the most probable; 0 disables."),
      .option(
        "repetition-penalty", \.options.repetitionPenalty, .number(above: 0),
        help: "Above 1 makes characters that already occurred less probable; 1 disables."),
      .option(
        "seed", \.options.seed, .integer(in: 0...UInt64.max), help: "The same seed gives the same text."),
      .withoutNGrams(\.withoutNGrams),
    ]
  }

  func run(on terminal: Terminal) throws -> ExitCode {
    let (path, loaded) = try RunDirectory.readCheckpoint(at: source())
    for note in loaded.notes { terminal.writeLine(note, to: .error) }
    terminal.writeLine("Sampling from \(printable(path))", to: .error)
    warn(ofStopsBeyond: loaded.tokenizer, on: terminal)
    try computing(onThreads: threads) {
      let generator = TextGenerator(loaded, withoutNGrams: withoutNGrams)
      let prefill = try prefill(generator)
      for sample in 0..<sampleCount where terminal.outputFailure == nil {
        try show(sample, of: generator, after: prefill, on: terminal)
      }
    }
    return .success
  }

  /// The checkpoint or run that is sampled from.
  private func source() throws -> String {
    if let checkpoint { return checkpoint }
    guard let run = try RunDirectory.newest() ?? Installation.program.flatMap(Installation.demo) else {
      let reason = "no run is here, and no demo beside the program"
      throw FileError.missing(path: "checkpoints/", remedy: "\(reason): train a model first: \(invocation()) train")
    }
    return run.path
  }

  /// Says which stop strings can never occur in what the model generates.
  private func warn(ofStopsBeyond tokenizer: any Tokenizer, on terminal: Terminal) {
    for stop in stops {
      guard case .unknownCharacter(let character)? = tokenizer.failure(toEncode: stop) else { continue }
      let (stop, lacking) = (inQuotes(stop, #"'""#), inQuotes(String(character.scalar), #"'""#))
      terminal.writeLine(
        "The stop string \(stop) will never be found: the model's vocabulary lacks \(lacking).", to: .error)
    }
  }

  private func prefill(_ generator: TextGenerator) throws -> TextGenerator.Prefill {
    do {
      return try generator.prefill(prompt)
    } catch TextError.unknownCharacter(let character) {
      throw UnknownCharacterError(character, inPrompt: prompt)
    }
  }

  private func show(
    _ sample: Int, of generator: TextGenerator, after prefill: TextGenerator.Prefill, on terminal: Terminal
  ) throws {
    func generate(_ onText: (String) throws -> Bool) throws -> TextGenerator.Generation {
      var generation = try generator.generate(
        after: prefill, maxNewTokens: maxNewTokens, options: options, sample: sample, stop: stops, onText: onText)
      if sample == 0 {
        // The first one waited for the prefill, the others did not.
        generation.timeToFirstToken += prefill.duration
        generation.duration += prefill.duration
      }
      return generation
    }
    if json {
      terminal.writeLine(object(try generate { _ in true }).compact)
    } else {
      if sample > 0 { terminal.writeLine(Self.separator) }
      var isShown = false
      func showPrompt() {
        if !isShown { terminal.writeBold(prompt) }
        isShown = true
      }
      _ = try generate { text in
        showPrompt()
        terminal.write(text)
        return terminal.outputFailure == nil
      }
      showPrompt()
      terminal.writeLine()
    }
  }

  private func object(_ generation: TextGenerator.Generation) -> JSON {
    [
      "text": .string(generation.text), "prompt": .string(prompt), "tokens": .integer(generation.tokenCount),
      "tokens_per_second": .number(Double(generation.tokenCount) / generation.duration.seconds),
      "time_to_first_token_ms": .number(generation.timeToFirstToken.seconds * 1e3),
    ]
  }
}

extension ValueType<String> {
  /// A stop string.
  fileprivate static let stopString = ValueType(
    placeholder: "text", expectation: "text of at least one character", parse: { $0.isEmpty ? nil : $0 }, format: { $0 }
  )
}

extension Tokenizer {
  /// Why there are no ids for `text`; nil where there are.
  fileprivate func failure(toEncode text: String) -> TextError? {
    do throws(TextError) {
      _ = try encode(text)
      return nil
    } catch {
      return error
    }
  }
}
