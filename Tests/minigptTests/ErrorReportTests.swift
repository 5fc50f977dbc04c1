import Files
import Sampling
import Testing
import Text
import Training
import Transformer
import minigpt

@Suite("Errors and exit codes")
struct ErrorReportTests {
  private static let divergence = Divergence(
    step: 1, cause: .steps(count: 3), learningRate: 1, precision: .medium)

  @Test(
    "every module's errors end the process with the code that fits",
    arguments: [
      (UsageError.unexpectedArgument("x"), ExitCode.usage),
      (TextError.noSuchFile(path: "x"), .noInput),
      (TextError.unreadable(path: "x", reason: "y"), .noInput),
      (TextError.notUTF8(EncodingFault(.other, path: "x", place: nil, output: nil)), .badData),
      (TextError.strideOutOfRange(9, blockSize: 8), .usage),
      (FileError.missing(path: "x", remedy: "y"), .noInput),
      (FileError.system(operation: "write", path: "x", code: 28), .ioFailure),
      (FileError.system(operation: "open", path: "x", code: 13), .noInput),
      (FileError.damaged(file: "x", reason: "y"), .badData),
      (TrainingError.diverged(Self.divergence), .diverged),
      (SamplingError.optionOutOfRange(option: "top-k", value: "-1", range: "y"), .usage),
      (SamplingError.nothingToSample, .badData),
    ] as [(any Error, ExitCode)])
  func codes(error: any Error, code: ExitCode) {
    let report = ErrorReport(error)
    #expect(report.code == code)
    #expect(report.message == namingFlags(in: "\(error)"))
  }

  @Test("an error about settings names their flags")
  func flags() {
    let message = ErrorReport(TrainingError.diverged(Self.divergence)).message
    let end = "a lower --learning-rate, a longer --warmup-iters or a lower --grad-clip, or with --precision highest"
    #expect(message.hasSuffix(end))
    #expect(namingFlags(in: "`max_new_tokens` and `stride`") == "--max-new-tokens and --stride")
    #expect(namingFlags(in: "`keep` what `you` keep") == "--keep what `you` keep")
  }

  @Test("what a terminal would obey is shown as an escape, and a message that no end is in sight of is cut")
  func hostileText() {
    let hostile = FileError.malformed(file: "\u{1B}]0;x\u{7}", reason: "two\nlines\r, a\ttab")
    #expect(ErrorReport(hostile).message == "\\u{1B}]0;x\\u{7}: two\nlines\\u{D}, a\ttab")
    let endless = UsageError.unexpectedArgument(String(repeating: "a", count: 1 << 20))
    #expect(ErrorReport(endless).message.unicodeScalars.count < 5_000)
    #expect(ErrorReport(endless).message.hasSuffix("a…"))
  }

  @Test("an error that nothing is known of is a defect of ours")
  func defect() {
    struct Surprise: Error {}
    let report = ErrorReport(Surprise())
    #expect(report.code == .defect)
    #expect(report.message.hasPrefix("This is a defect of minigpt"))
  }
}
