import Fables
import Files
import Foundation
import Text
import Training

/// `minigpt corpus`: writes the corpus that comes with the program, checks a text against its grammar, or says of any text
/// what there is to know before a model is trained on it.
struct CorpusCommand: RunCommand {
  enum Subject: Equatable { case fables, check }

  var subject = Subject.fables
  var file: String?
  var preset: String?
  var changes: [String: Setting.Change] = [:]
  var seed: UInt64 = 1
  var byteCount = 1_000_000
  var output: String?
  var overwrites = false
  var checkedText: String?
  var json = false

  init() {}

  static let definition = CommandDefinition<CorpusCommand>(
    name: "corpus",
    overview: "Check a text before training on it; or generate a corpus from a grammar, and check a text against that.",
    examples: [
      .init("What there is to know of a text, and what a run on it takes.", "minigpt corpus check my-text.txt"),
      .init("The same for another run.", "minigpt corpus check my-text.txt --preset shakespeare --block-size 128"),
      .init(
        "The bundled corpus, byte for byte.",
        "minigpt corpus fables --seed 1 --size 1MB --output data/fables.txt"),
      .init("How well a model has learned the grammar.", "minigpt corpus fables --check samples.txt"),
    ],
    positionals: [
      .positional(
        "fables|check", \.subject, .choice("name", ["fables": .fables, "check": .check]), isRequired: true,
        help: "Generate the bundled corpus, or check a text."),
      .positional("file", \.file, .path("file"), help: "For check: the text, in UTF-8."),
    ],
    groups: [
      .init(
        "OPTIONS OF FABLES",
        [
          .option("seed", \.seed, .integer(in: 0...UInt64.max), help: "The same seed writes the same text."),
          .option("size", \.byteCount, .byteCount, help: "Stop after the fable that reaches this size."),
          .option(
            "output", \.output, .path("file"), defaultText: "standard output",
            help: "Output file, or '-'; a .json file next to it records how it was generated and its entropy."),
          .flag("overwrite", \.overwrites, help: "Replace existing files with other contents."),
          .option(
            "check", \.checkedText, .path("file"),
            help: "Instead of generating, check this text, or the output of 'minigpt sample', against the grammar."),
        ]),
      .init("OPTIONS OF CHECK", [.preset(\.preset)] + plannedSettings.map { .setting($0) }),
      .init("OPTIONS", [.json(\.json, "one JSON object")]),
    ])

  /// Those that decide what a run takes.
  private static var plannedSettings: [Setting] {
    Recipe.settings.filter { setting in
      setting.group == .model
        || [
          "batch_size", "gradient_accumulation_steps", "max_iters", "eval_interval", "eval_iters", "val_fraction",
          "precision",
        ].contains(setting.name)
    }
  }

  func run(on terminal: Terminal) throws -> ExitCode {
    guard subject == .fables else { return try check(on: terminal) }
    if let file { throw UsageError.unexpectedArgument(file) }
    if preset != nil || !changes.isEmpty {
      throw UsageError.conflict("The settings of a run have no meaning for 'corpus fables'.")
    }
    if let checkedText {
      guard output == nil else { throw UsageError.conflict("--check and --output exclude each other.") }
      try FableCheck(path: checkedText).show(on: terminal, json: json)
    } else if let output, output != "-" {
      try write(to: output, on: terminal)
    } else {
      try writeToStandardOutput(terminal)
    }
    return .success
  }
}

// MARK: - Checking

extension CorpusCommand {
  private func check(on terminal: Terminal) throws -> ExitCode {
    guard let file else { throw UsageError.missingArgument("<file>") }
    guard output == nil, checkedText == nil else {
      throw UsageError.conflict("--output and --check have no meaning for 'corpus check'.")
    }
    let start = file == BundledCorpus.path ? Preset.fables : Preset.all[0]
    try CorpusCheck(path: file, recipe: recipe(from: start.recipe), json: json).show(on: terminal)
    return .success
  }
}

// MARK: - Writing

extension CorpusCommand {
  private func writeToStandardOutput(_ terminal: Terminal) throws {
    guard json else { return terminal.write(FableWriter().text(seed: seed, byteCount: byteCount)) }
    let corpus = FableCorpus(seed: seed, byteCount: byteCount)
    try terminal.writeLine(object(corpus, "text", corpus.text).compact)
  }

  private func write(to path: String, on terminal: Terminal) throws {
    let files = try FableFiles(FableCorpus(seed: seed, byteCount: byteCount), path: path)
    try files.write(overwriting: overwrites, waysOut: "replace it (--overwrite), or give another --output")
    let corpus = files.corpus
    let entropy = Formatting.decimal(corpus.entropyPerCharacter)
    terminal.writeLine(
      "\(path): \(Formatting.count(corpus.text.utf8.count)) characters, "
        + "\(entropy) nats per character in the validation split\n\(files.sidecarPath): how it was made",
      to: json ? .error : .output)
    if json { try terminal.writeLine(object(corpus, "output", path).compact) }
  }

  /// What the file beside the text says, and one thing more.
  private func object(_ corpus: FableCorpus, _ name: String, _ value: String) throws -> JSON {
    var object = try JSON(parsing: corpus.sidecar, from: "sidecar")
    object[name] = .string(value)
    return object
  }
}

extension ValueType<Int> {
  /// A number of bytes up to a gigabyte: 5000, 200KB, 1MB. The units are powers of a thousand.
  fileprivate static let byteCount = ValueType(
    placeholder: "size", expectation: "a size from 1 to 1GB, such as 5000, 200KB or 1MB",
    parse: { text in
      let digits = text.prefix { $0.isASCII && $0.isNumber }
      let unit = text.dropFirst(digits.count)
      guard let number = Int(digits), let factor = units.first(where: { $0.name == unit.uppercased() })?.bytes
      else { return nil }
      let (bytes, overflows) = number.multipliedReportingOverflow(by: factor)
      return !overflows && (1...1_000_000_000).contains(bytes) ? bytes : nil
    },
    format: { bytes in
      let unit = units.last { bytes.isMultiple(of: $0.bytes) } ?? units[0]
      return "\(bytes / unit.bytes)\(unit.name)"
    })

  private static let units = [("", 1), ("B", 1), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000)]
    .map { (name: $0.0, bytes: $0.1) }
}
