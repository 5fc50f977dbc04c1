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
      (TextError.unreadable(path: "x", reason: "y"), .ioFailure),
      (TextError.notUTF8(EncodingFault(.other, path: "x", place: nil, output: nil)), .badData),
      (TextError.strideOutOfRange(9, blockSize: 8), .usage),
      (FileError.missing(path: "x", remedy: "y"), .noInput),
      (FileError.system(operation: "write", path: "x", code: 28), .ioFailure),
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
    #expect(namingFlags(in: "`keep` what `you` keep") == "--keep what `you` keep")
  }

  @Test("an error that nothing is known of is a defect of ours")
  func defect() {
    struct Surprise: Error {}
    let report = ErrorReport(Surprise())
    #expect(report.code == .defect)
    #expect(report.message.hasPrefix("This is a defect of minigpt"))
  }
}
