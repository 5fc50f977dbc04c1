/// Why a request for samples failed.
public enum SamplingError: Error, Sendable, Equatable {
  /// The option called `option` was given `value`, but takes what `range` says.
  case optionOutOfRange(option: String, value: String, range: String)
  /// The logit of `token` is NaN or +∞: the model has diverged or its weights are damaged.
  case unusableLogit(token: Int, value: String)
  /// The model gives every token of its vocabulary probability 0.
  case nothingToSample
}

extension SamplingError: CustomStringConvertible {
  /// A sentence for the person who asked for the samples.
  public var description: String {
    switch self {
    case .optionOutOfRange(let option, let value, let range):
      "`\(option)` is \(value), but must be \(range)"
    case .unusableLogit(let token, let value):
      "the model's logit for token \(token) is \(value); its weights are damaged or its training diverged"
    case .nothingToSample:
      "the model gives every token probability 0; its weights are damaged or its training diverged"
    }
  }
}
