import Autograd
import Checkpoints
import Randomness
import Transformer

/// `minigpt gradcheck`: every operation's gradient against central differences, in float64.
struct GradientCheckCommand: Command {
  var json = false

  init() {}

  static let definition = CommandDefinition<GradientCheckCommand>(
    name: "gradcheck",
    overview: "Compare the gradient of every operation, and of a whole model, with central differences.",
    examples: [
      .init("A row for each operation, and whether it is within PyTorch's bounds.", "minigpt gradcheck"),
      .init("The same for a program to read.", "minigpt gradcheck --json"),
    ],
    groups: [.init("OPTIONS", [.flag("json", \.json, help: "Print one JSON object for each row.")])])

  func run(on terminal: Terminal) throws -> ExitCode {
    let check = GradientCheck()
    if !json { terminal.write(Self.heading(check)) }
    var failures = 0
    func show(_ name: String, _ report: GradientCheck.Report) {
      failures += report.passes ? 0 : 1
      terminal.writeLine(json ? Self.object(name, report).compact : Self.row(name, report))
    }
    for operation in Operation.allCases { show(operation.rawValue, operation.checkGradients(check)) }
    show("whole model", try Self.checkModel(check))
    if !json { terminal.writeLine(Self.verdict(failures)) }
    return failures == 0 ? .success : .defect
  }

  /// The gradients of a small model's loss with respect to all of its parameters.
  private static func checkModel(_ check: GradientCheck) throws -> GradientCheck.Report {
    let config = GPTConfig(
      vocabularySize: 7, layerCount: 2, headCount: 4, keyValueHeadCount: 2, width: 8, contextLength: 5)
    let model = try GPT(config, key: RandomKey(seed: 1)).converted(to: .float64)
    return check.check(model.parameters().map(\.tensor)) { tensors in
      let tokens: [Int32] = [1, 4, 2, 2, 6, 0, 3, 5, 1, 1, 2]
      return model.replacingParameters(with: tensors)
        .loss(inputs: Array(tokens.dropLast()), targets: Array(tokens.dropFirst()), batchSize: 2)
    }
  }
}

// MARK: - What is shown

extension GradientCheckCommand {
  private static func heading(_ check: GradientCheck) -> String {
    """
    Analytic derivatives against central differences (f(x + h) - f(x - h)) / 2h in float64, h = \(check.step).
    Allowed: |analytic - numeric| <= \(check.absoluteTolerance) + \(check.relativeTolerance) * |numeric|.

    \(columns("operation", "derivatives", "worst error", "of allowed", "verdict"))

    """
  }

  private static func row(_ name: String, _ report: GradientCheck.Report) -> String {
    let worst = report.worst.map { $0.analytic - $0.numeric }?.magnitude ?? 0
    return columns(
      name, Formatting.count(report.comparedCount), Formatting.scientific(worst),
      Formatting.scientific(report.worst?.error ?? 0), report.passes ? "ok" : "FAILS")
  }

  private static func columns(
    _ name: String, _ derivatives: String, _ error: String, _ share: String, _ verdict: String
  ) -> String {
    let numbers = [derivatives, error, share].map { Formatting.padded($0, to: 12) }
    return ([Formatting.padded(name, to: -20)] + numbers + [verdict]).joined(separator: "  ")
  }

  private static func verdict(_ failures: Int) -> String {
    failures == 0 ? "\nAll gradients agree." : "\n\(failures) of the rows above disagree."
  }

  private static func object(_ name: String, _ report: GradientCheck.Report) -> JSON {
    [
      "operation": .string(name), "derivatives": .integer(report.comparedCount),
      "worst_error": .number(report.worst.map { $0.analytic - $0.numeric }?.magnitude ?? 0),
      "worst_error_of_allowed": .number(report.worst?.error ?? 0), "passes": .bool(report.passes),
    ]
  }
}
