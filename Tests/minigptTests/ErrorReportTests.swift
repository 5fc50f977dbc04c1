import Files
import Sampling
import Testing
import Text
import Training
import Transformer
import minigpt

@Suite("Errors and exit codes")
struct ErrorReportTests {
  @Test(
    "every module's errors end the process with the code that fits",
    arguments: [
      (UsageError.unexpectedArgument("x"), ExitCode.usage),
      (TextError.noSuchFile(path: "x"), .noInput),
      (TextError.unreadable(path: "x", reason: "y"), .ioFailure),
      (TextError.invalidUTF8(path: "x", offset: 1, line: 1, byte: 0xFF), .badData),
      (TextError.strideOutOfRange(9, blockSize: 8), .usage),
      (FileError.missing(path: "x", remedy: "y"), .noInput),
      (FileError.system(operation: "write", path: "x", code: 28), .ioFailure),
      (FileError.damaged(file: "x", reason: "y"), .badData),
      (TrainingError.diverged(step: 1, loss: .nan, gradientNorm: .nan), .usage),
      (SamplingError.optionOutOfRange(option: "top-k", value: "-1", range: "y"), .usage),
      (SamplingError.nothingToSample, .badData),
    ] as [(any Error, ExitCode)])
  func codes(error: any Error, code: ExitCode) {
    let report = ErrorReport(error)
    #expect(report.code == code)
    // Its own words, but for the flags.
    #expect(report.message.replacing(/\ \(--[a-z-]+\)/, with: "") == "\(error)")
  }

  @Test(
    "a person reads the flag of each setting that a library names",
    arguments: [
      (TextError.strideOutOfRange(9, blockSize: 8), "the stride (--stride) is 9"),
      (TextError.validationFractionOutOfRange(2), "the validation fraction (--val-fraction) is 2.0"),
      (
        TextError.shorterThanBlock(.validation, tokens: 20, blockSize: 64),
        "use a block size (--block-size) of 19 or less, or raise the validation fraction (--val-fraction)"
      ),
      (SamplingError.optionOutOfRange(option: "top-k", value: "-1", range: "y"), "the top-k (--top-k) is -1"),
      (
        TrainingError.diverged(step: 1, loss: .nan, gradientNorm: .nan),
        "a lower learning rate (--learning-rate) or a longer warm-up (--warmup-iters)"
      ),
      (TrainingError.differsFromRun(path: "x", differences: []), "choose another directory (--out)"),
      (FileError.inUse(path: "x"), "choose another directory (--out)"),
    ] as [(any Error, String)])
  func flags(error: any Error, words: String) {
    #expect(ErrorReport(error).message.contains(words))
  }

  @Test(
    "every setting of a model's shape is named with its flag",
    arguments: [
      (\.layerCount, 0, "the number of layers (--n-layer) is 0"),
      (\.headCount, 3, "the width (--n-embd) 8 is not divisible by the number of heads (--n-head) 3"),
      (\.keyValueHeadCount, 3, "the number of heads (--n-head) 4 is not divisible by the number of key/value heads "),
      (\.keyValueHeadCount, 0, "the number of key/value heads (--n-kv-head) is 0"),
      (\.headCount, 8, "the width (--n-embd) 8 over the number of heads (--n-head) 8 is 1"),
      (\.width, 0, "the width (--n-embd) is 0"), (\.contextLength, 0, "the context length (--block-size) is 0"),
    ] as [(WritableKeyPath<GPTConfig, Int> & Sendable, Int, String)])
  func shape(_ field: WritableKeyPath<GPTConfig, Int> & Sendable, value: Int, words: String) {
    var config = GPTConfig(vocabularySize: 9, layerCount: 1, headCount: 4, width: 8, contextLength: 4)
    config[keyPath: field] = value
    let error = #expect(throws: GPTConfigError.self) { try config.validate() }
    #expect(error.map { ErrorReport($0).message.contains(words) } == true, "\(String(describing: error))")
  }

  @Test("a file's settings are not taken for the command line's")
  func file() {
    #expect(ErrorReport(FileError.malformed(file: "x", reason: "the width is 0")).message == "x: the width is 0")
  }

  @Test("an error that nothing is known of is a defect of ours")
  func defect() {
    struct Surprise: Error {}
    let report = ErrorReport(Surprise())
    #expect(report.code == .defect)
    #expect(report.message.hasPrefix("This is a defect of minigpt"))
  }
}
