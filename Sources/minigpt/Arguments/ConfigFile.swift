import Files
import Foundation
import Text

/// Options in a file: a JSON object whose members are named as on the command line, with hyphens or
/// underscores: `{"n_layer": 6, "learning_rate": 3e-4, "resume": true}`. Null stands for the default. Keys of nanoGPT's that
/// mean nothing here are passed over.
package enum ConfigFile {
  /// The command that `words` describe, on top of the configuration file that they name, if any.
  ///
  /// - Parameter onPassedOver: is told of the keys that mean nothing, where there are any.
  /// - Throws: `UsageError`, and what `options(of:in:)` throws; `TextError` where the file cannot be read.
  package static func parse<Root: Command>(
    _ words: [String], as _: Root.Type, onPassedOver: (_ path: String, _ names: [String]) -> Void = { _, _ in }
  ) throws -> Root {
    let command = try ArgumentParser<Root>.parse(words)
    guard let path = command.configFile else { return command }
    try requireShort(path)
    let options = try options(of: Root.self, in: Corpus(path: path).text, from: path) { onPassedOver(path, $0) }
    return try ArgumentParser.parse(words, over: options)
  }

  /// Throws `FileError.malformed` where there are more bytes at `path` than any options have; nothing there is the
  /// reader's to say.
  private static func requireShort(_ path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0, status.st_size > InputFile.smallDocument else { return }
    throw FileError.malformed(
      file: path,
      reason: "\(status.st_size) bytes, too long for a configuration; at most \(InputFile.smallDocument) are read")
  }

  /// A command with the options that `text` holds, which errors call `source`.
  ///
  /// - Throws: `FileError.malformed` if it is no JSON object; `UsageError.inFile` where the command
  ///   has no such option, or the option no such value.
  package static func options<Root: Command>(
    of _: Root.Type, in text: String, from source: String, onPassedOver: (_ names: [String]) -> Void = { _ in }
  ) throws -> Root {
    var command = Root()
    var passedOver: [String] = []
    for (name, field) in try JSONField(JSON(parsing: text, from: source), in: source).members {
      if NanoGPTKeys.ignores(canonicalName(name), field.value) {
        passedOver.append(name)
        continue
      }
      do throws(UsageError) {
        let argument: ArgumentDefinition<Root> = try argument(named: name)
        if let value = field.ifPresent?.value { try assign(value, to: argument, of: &command) }
      } catch {
        throw UsageError.inFile(source, error)
      }
    }
    if !passedOver.isEmpty { onPassedOver(passedOver) }
    return command
  }

  private static func argument<Root>(named name: String) throws(UsageError) -> ArgumentDefinition<Root> {
    let wanted = canonicalName(name)
    // A file does not name another.
    if wanted != "config", let argument = Root.definition.argument(named: wanted) { return argument }
    let suggestion = Root.definition.suggestion(for: wanted)
    throw .unknownOption(name, suggestion: suggestion == "config" ? nil : suggestion)
  }

  private static func assign<Root>(
    _ value: JSON, to argument: ArgumentDefinition<Root>, of command: inout Root
  ) throws(UsageError) {
    func refusal(_ expectation: String, suggestion: String? = nil) -> UsageError {
      let text = if case .string(let text) = value { text } else { String(value.compact.prefix(60)) }
      return .invalidValue(
        text, argument: argument.label, expectation: expectation, suggestion: suggestion)
    }
    let texts = texts(of: value, for: argument.form)
    guard let first = texts.first else {
      throw refusal(argument.form == .flag ? "true or false" : "a number or a string")
    }
    do {
      try argument.assign(first, &command)
    } catch {
      for text in texts.dropFirst() where (try? argument.assign(text, &command)) != nil { return }
      throw refusal(error.expectation, suggestion: error.suggestion)
    }
  }

  /// What might stand on the command line for `value`: nothing, or the likeliest first.
  private static func texts<Root>(of value: JSON, for form: ArgumentDefinition<Root>.Form) -> [String] {
    switch (value, form) {
    case (.bool(let value), .flag): [String(value)]
    case (.string(let text), .option): [text]
    case (.integer(let value), .option): [String(value)]
    // JSON has one kind of number: 1e2 and 100.0 are whole.
    case (.number(let value), .option): [String(value)] + (Int(exactly: value).map { [String($0)] } ?? [])
    default: []
    }
  }
}
