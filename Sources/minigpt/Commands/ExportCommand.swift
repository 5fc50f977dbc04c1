import Checkpoints
import Files
import Training

/// `minigpt export`: a checkpoint in the files of other programs.
struct ExportCommand: Command {
  var checkpoint = ""
  var format = CheckpointExport.Format.gguf
  var elementType = StoredElementType.float32
  var output: String?
  var overwrites = false
  var json = false

  init() {}

  static let definition = CommandDefinition<ExportCommand>(
    name: "export",
    overview: "Write a checkpoint's network as llama.cpp or transformers opens it.",
    examples: [
      .init(
        "One file for llama.cpp and what is built on it.",
        "minigpt export checkpoints/my-text --format gguf --output my-text.gguf"),
      .init(
        "A directory for transformers, of half the size.",
        "minigpt export checkpoints/my-text --format safetensors --dtype bfloat16 --output my-text-bfloat16"),
    ],
    positionals: [
      .positional(
        "checkpoint", \.checkpoint, .path(), isRequired: true,
        help: "A run's directory (its best checkpoint, else its last) or one checkpoint.")
    ],
    groups: [
      .init(
        "OPTIONS",
        [
          .option(
            "format", \.format, .choice("name", ["gguf": .gguf, "safetensors": .safetensors]),
            help: "gguf: one file, for --architecture gpt alone; safetensors: a directory."),
          .option(
            "dtype", \.elementType, .choice("name", elementTypes),
            help: "What weights are rounded to; norms and biases stay float32 in a GGUF file."),
          .option(
            "output", \.output, .path(), help: "The file or directory to write; always to be given."
          ).alsoCalled("out"),
          .flag("overwrite", \.overwrites, help: "Replace the file, or the checkpoint, that is there."),
          .json(\.json, "one JSON object"),
        ])
    ])

  private static let elementTypes: KeyValuePairs<String, StoredElementType> = [
    "float32": .float32, "float16": .float16, "bfloat16": .bfloat16,
  ]

  func run(on terminal: Terminal) throws -> ExitCode {
    guard let output else { throw UsageError.missingArgument("--output <path>") }
    let target = RunDirectory(output)
    try requireReplaceable(target)
    let (path, loaded) = try RunDirectory.readCheckpoint(at: checkpoint)
    let export = try CheckpointExport(loaded, as: format, in: elementType)
    let people: Terminal.Stream = json ? .error : .output
    var warnings = loaded.notes
    if export.leavesOutMixture {
      warnings.append("The n-grams are left out: the file is of the network alone, whose loss is higher.")
    }
    for warning in warnings { terminal.writeLine(warning, to: .error) }
    try POSIX().makeDirectories(parentDirectory(of: target.path))
    try export.write(to: target.path)
    terminal.writeLine(
      "\(printable(path)): \(Formatting.parameters(export.parameterCount)) parameters as \(elementType.name), written to "
        + printable(target.path), to: people)
    if format == .gguf {
      terminal.writeLine(
        "It knows the characters of its training text alone: llama.cpp ends at a prompt with any other.", to: people)
    }
    if json {
      let object: JSON = [
        "path": .string(target.path), "format": .string(format.rawValue), "dtype": .string(elementType.name),
        "parameters": .integer(export.parameterCount), "warnings": .array(warnings.map(JSON.string)),
      ]
      terminal.writeLine(object.compact)
    }
    return .success
  }

  /// Throws unless nothing is at `target`, or something that `--overwrite` may replace: a file by a file, and a checkpoint
  /// without the state of a run by another.
  private func requireReplaceable(_ target: RunDirectory) throws {
    guard let kind = try POSIX().kind(of: target.path, followsLink: true) else { return }
    let isExport = try kind == (format == .gguf ? .regular : .directory) && (format == .gguf || target.isExport)
    guard isExport else {
      throw UsageError.conflict("\(target.path) is something else than such an export: give another --output.")
    }
    guard overwrites else {
      throw UsageError.conflict("\(target.path) is there already: give another --output, or --overwrite to replace it.")
    }
  }
}
