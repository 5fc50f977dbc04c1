import Files
import Sampling
import Text
import Training
import Transformer

/// What libraries call a setting, and the flag by which a person sets it.
enum FlagNames {
  private static let directory = ["another directory": "--out"]
  private static let settings = [
    "the number of layers": "--n-layer", "the number of heads": "--n-head",
    "the number of key/value heads": "--n-kv-head", "the width": "--n-embd", "the context length": "--block-size",
    "the sliding window": "--sliding-window", "a block size": "--block-size",
    "the validation fraction": "--val-fraction", "the stride": "--stride", "a lower learning rate": "--learning-rate",
    "a longer warm-up": "--warmup-iters", "the temperature": "--temperature", "the top-k": "--top-k",
    "the top-p": "--top-p", "the min-p": "--min-p", "the repetition penalty": "--repetition-penalty",
  ]

  /// What `error` says, with its flag after each setting that a library names: "the width (--n-embd) is 0".
  static func description(of error: any Error) -> String {
    switch error {
    case is GPTConfigError, is TextError, is SamplingError, is TrainingError:
      adding(settings.merging(directory) { first, _ in first }, to: "\(error)")
    // A file's settings are not the command line's.
    case is FileError: adding(directory, to: "\(error)")
    default: "\(error)"
    }
  }

  private static func adding(_ flags: [String: String], to sentence: String) -> String {
    flags.reduce(sentence) { sentence, entry in
      guard let name = sentence.firstRange(of: entry.key) else { return sentence }
      let rest = sentence[name.upperBound...]
      if let next = rest.first, next.isLetter || next == "/" || next == "-" { return sentence }
      return sentence[..<name.upperBound] + " (\(entry.value))" + rest
    }
  }
}
