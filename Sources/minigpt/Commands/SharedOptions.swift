import Autograd
import Training

// Options that several commands have, said once.

extension ValueType<Int> {
  /// A number of threads.
  static let threadCount = ValueType.integer(in: 1...1024)
}

extension ArgumentDefinition {
  /// `--json`.
  static func json(_ property: any WritableKeyPath<Root, Bool> & Sendable, _ what: String) -> Self {
    .flag(
      "json", property,
      help: "Print \(what) on standard output, and human-readable text on standard error.")
  }

  /// `--precision`.
  static func precision(_ property: any WritableKeyPath<Root, Precision> & Sendable) -> Self {
    .option("precision", property, .precision, help: Recipe.precisionHelp)
  }

  /// `--without-ngrams`.
  static func withoutNGrams(_ property: any WritableKeyPath<Root, Bool> & Sendable) -> Self {
    .flag("without-ngrams", property, help: "Use the network alone, of a checkpoint that mixes n-grams in.")
  }

  /// `--threads`.
  static func threads(_ property: any WritableKeyPath<Root, Int?> & Sendable) -> Self {
    .option(
      "threads", property, .threadCount, defaultText: "the physical cores",
      help: "Number of compute threads; results do not depend on it.")
  }
}

extension Command {
  /// Runs `body` on so many threads, or on as many as there are physical cores.
  func computing<Result>(
    onThreads threads: Int?, in precision: Precision = .highest, _ body: () throws -> Result
  ) rethrows -> Result {
    try (threads.map { Processor(threads: $0) } ?? .current).with(precision).run(body)
  }
}
