import Files
import Foundation
import Text
import Training

/// What `minigpt corpus check` says of a text, to a person and to a program: first what was found, then what to do.
struct CorpusReport {
  let path: String
  let corpus: Corpus
  let examination: CorpusExamination
  let recipe: Recipe

  /// Examines the text in the file at `path`, which a run by `recipe` would be trained on.
  init(path: String, _ recipe: Recipe) throws {
    self.path = path
    self.recipe = recipe
    corpus = try Corpus(path: path)
    let trainingCount = TokenDataset.trainingCount(
      of: corpus.characters.count, validationFraction: recipe.options.validationFraction)
    examination = CorpusExamination(corpus, trainingCount: trainingCount)
  }
}

// MARK: - For a person

extension CorpusReport {
  /// What was found in the text, as labels and what stands after them.
  var findings: [(label: String, text: String)] {
    [
      ("encoding", "UTF-8" + (corpus.droppedByteOrderMark ? ", with a byte-order mark, which is left out" : "")),
      (
        "characters",
        "\(Formatting.count(corpus.characters.count)), \(Formatting.count(corpus.alphabet.count)) different; "
          + "a vocabulary of \(Formatting.count(corpus.alphabet.count + 1)) tokens"
      ),
      ("line ends", Self.lineEnds(examination)),
      ("control", Self.list(examination.controls)),
      ("invisible", Self.list(examination.invisible)),
      ("accents", accents),
      ("rare", Self.rare(examination) ?? "none"),
      ("repeated", examination.repetition.map(Self.repeated) ?? "the validation split is too short to say"),
    ]
  }

  /// What a run takes.
  static func findings(_ estimate: RunEstimate, _ recipe: Recipe) -> [(label: String, text: String)] {
    let options = recipe.options
    return [
      (
        "splits",
        "\(Formatting.count(estimate.trainingTokens, "token")) for training, "
          + "\(Formatting.count(estimate.validationTokens)) for validation"
      ),
      (
        "run",
        "\(Formatting.count(options.maxIterations, "step")) of \(Formatting.count(estimate.tokensPerStep, "token")): "
          + epochs(estimate.epochs)
      ),
      (
        "model",
        "\(Formatting.parameters(estimate.parameterCount)) parameters; about "
          + "\(Formatting.count(Int((estimate.byteCount / 0x1p20).rounded(.up)))) MiB of memory with the corpus"
      ),
      (
        "time",
        "about \(Formatting.duration(seconds: estimate.seconds)), an estimate from "
          + "\(counted(estimate.measuredSteps, "step")) of "
          + "\(Formatting.decimal(estimate.secondsPerStep * 1e3, places: 1)) ms taken here now"
      ),
    ]
  }

  /// "every character of the training split is seen 1.5 times".
  static func epochs(_ epochs: Double) -> String {
    "the training split is seen \(Formatting.decimal(epochs, places: epochs < 0.1 ? 4 : epochs < 10 ? 2 : 0)) times"
  }

  static func lineEnds(_ examination: CorpusExamination) -> String {
    let kinds = [
      ("LF", examination.lineFeeds), ("CR LF", examination.pairs), ("CR", examination.carriageReturns),
    ].filter { $0.1 > 0 }
    guard !kinds.isEmpty else { return "none: all is one line" }
    let counts = kinds.map { "\($0.0) (\(Formatting.count($0.1)))" }.joined(separator: ", ")
    return kinds.count > 1 ? "mixed: \(counts)" : counts
  }

  private static func list(_ occurrences: [CorpusExamination.Occurrence]) -> String {
    let shown = occurrences.sorted { $0.count > $1.count }.prefix(8)
    let names = shown.map { "\(codePoint($0.scalar)) (\(Formatting.count($0.count)))" }.joined(separator: ", ")
    return occurrences.isEmpty ? "none" : names + (occurrences.count > shown.count ? ", …" : "")
  }

  private var accents: String {
    let (composed, decomposed) = (examination.composed, examination.decomposed)
    if composed == 0, decomposed == 0 { return "none" }
    let counts =
      "\(Formatting.count(composed)) in one character, \(Formatting.count(decomposed)) as characters of their own"
    return composed > 0 && decomposed > 0 ? "mixed: \(counts)" : counts
  }

  /// What is said of characters that are hardly learned; nil if there is none.
  static func rare(_ examination: CorpusExamination) -> String? {
    let (rareCount, unseen) = (examination.rareCount, examination.onlyInValidation)
    let names = unseen.prefix(8).map { quoted($0.scalar) }.joined(separator: ", ") + (unseen.count > 8 ? ", …" : "")
    let rare = "\(counted(rareCount, "character")) seen fewer than \(CorpusExamination.rareLimit) times"
    let unseenCount = rareCount > 0 ? Formatting.count(unseen.count) : counted(unseen.count, "character")
    let parts = [
      rareCount > 0 ? rare : nil, unseen.isEmpty ? nil : "\(unseenCount) in the validation split alone: \(names)",
    ].compactMap(\.self)
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  static func repeated(_ repetition: Repetition) -> String {
    "\(Formatting.decimal(100 * repetition.share, places: 1)) % of the validation split stands in the training split "
      + "too (of \(counted(repetition.windowCount, "window")) of \(Repetition.windowLength) characters)"
  }

  /// What may be done about what was found, a sentence each.
  var advice: [String] {
    var advice: [String] = []
    if examination.pairs + examination.carriageReturns > 0 {
      advice.append(
        "Carriage returns are learned like any character. Without them: "
          + command(#"perl -pe 's/\r\n?/\n/g'"#))
    }
    if !examination.controls.isEmpty {
      advice.append(
        "Control characters are learned and sampled like others. Without them: \(command(Self.withoutControls))")
    }
    if examination.invisible.contains(where: { $0.scalar == "\u{FFFD}" }) {
      advice.append("U+FFFD stands where an earlier conversion lost a character: look for a better copy.")
    }
    if examination.composed > 0, examination.decomposed > 0 {
      advice.append("The same letter is two different texts to the model. One form: \(command("uconv -x any-nfc"))")
    }
    if !examination.onlyInValidation.isEmpty {
      advice.append("What only the validation split has cannot be learned, and its loss counts: shuffle the documents.")
    }
    if let repetition = examination.repetition, repetition.share > 0.2 {
      advice.append("Much of the validation split can be known by heart: remove what the text has twice by mistake.")
    }
    if let kind = FileFormat.markup(of: corpus.text(of: 0..<min(8, corpus.characters.count))) {
      advice.append("The text is \(kind): take the text out of its markup first.")
    }
    return advice
  }

  /// A filter with the text as its input, and as its output a file that is not there yet.
  private func command(_ filter: String) -> String {
    // A pipe has no name that can be read again.
    if path.hasPrefix("/dev/") || path.hasPrefix("/proc/") { return filter }
    let output = AdvisedCommand.freeName(beside: path, marks: ["-clean"])
    return "\(filter) < \(AdvisedCommand.argument(path)) > \(AdvisedCommand.argument(output))"
  }

  private static let withoutControls = #"tr -d '\000-\010\013\014\016-\037\177'"#
}

// MARK: - For a program

extension CorpusReport {
  /// All of it but what a run takes.
  var json: JSON {
    func object(_ occurrences: [CorpusExamination.Occurrence]) -> JSON {
      .object(occurrences.map { JSON.Member(name: codePoint($0.scalar), value: .integer($0.count)) })
    }
    let repetition = examination.repetition
    return [
      "encoding": "UTF-8", "byte_order_mark": .bool(corpus.droppedByteOrderMark),
      "bytes": .integer(corpus.byteCount), "characters": .integer(corpus.characters.count),
      "different_characters": .integer(corpus.alphabet.count), "vocabulary": .integer(corpus.alphabet.count + 1),
      "line_ends": [
        "lf": .integer(examination.lineFeeds), "crlf": .integer(examination.pairs),
        "cr": .integer(examination.carriageReturns),
      ],
      "control_characters": object(examination.controls), "invisible_characters": object(examination.invisible),
      "composed_accents": .integer(examination.composed), "decomposed_accents": .integer(examination.decomposed),
      "rare_characters": .integer(examination.rareCount), "only_in_validation": object(examination.onlyInValidation),
      "repeated_windows": repetition.map {
        [
          "length": .integer(Repetition.windowLength), "windows": .integer($0.windowCount),
          "repeated": .integer($0.repeatedCount),
        ]
      } ?? .null,
      "advice": .array(advice.map { .string($0) }),
    ]
  }

  /// What a run takes.
  static func json(_ estimate: RunEstimate, _ recipe: Recipe) -> JSON {
    [
      "training_tokens": .integer(estimate.trainingTokens), "validation_tokens": .integer(estimate.validationTokens),
      "steps": .integer(recipe.options.maxIterations), "tokens_per_step": .integer(estimate.tokensPerStep),
      "epochs": .number(estimate.epochs), "parameters": .integer(estimate.parameterCount),
      "memory_bytes": .number(estimate.byteCount), "ms_per_step": .number(estimate.secondsPerStep * 1e3),
      "measured_steps": .integer(estimate.measuredSteps), "seconds": .number(estimate.seconds),
    ]
  }
}
