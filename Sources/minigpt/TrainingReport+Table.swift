import Foundation
import Text
import Training

// The table of evaluations.

/// What the losses of a run are put into relation with.
struct TableScale {
  private let tokensPerStep, trainingTokens: Int
  private let validationExtent: TextExtent?

  /// The scale of `run`.
  init(_ run: TrainingRun) {
    tokensPerStep = run.trainer.tokensPerStep
    trainingTokens = run.trainer.dataset[.training].count
    validationExtent = TextExtent(of: run.trainer.dataset[.validation], by: run.tokenizer)
  }

  /// What the columns of the table are; where n-grams are mixed in, `val loss` is with them, and `network` without.
  static func header(mixes: Bool) -> String {
    row("step", "seen", "epochs", "train loss", "val loss", "val bits/char", network: mixes ? "network" : nil, "time")
  }

  /// The row of an evaluation after `seconds`: how many tokens were seen, and how often the training split, among the rest.
  func row(_ evaluation: EvaluationReport, after seconds: Double) -> String {
    let tokens = Double(evaluation.step) * Double(tokensPerStep)
    let epochs = tokens / Double(trainingTokens)
    let bits = (validationExtent?.perCharacter(evaluation.validationLoss) ?? .nan) / log(2)
    return Self.row(
      Formatting.count(evaluation.step), Formatting.quantity(Int(min(tokens, 1e18))),
      Formatting.decimal(epochs, places: epochs < 10 ? 2 : 1), Formatting.decimal(evaluation.trainingLoss),
      Formatting.decimal(evaluation.validationLoss), Formatting.decimal(bits),
      network: evaluation.mixture.map { Formatting.decimal($0.networkLoss) }, Formatting.duration(seconds: seconds))
  }

  private static func row(_ cells: String..., network: String?, _ time: String) -> String {
    let cells = cells + [network, time].compactMap(\.self)
    let widths = [6, 7, 6, 10, 8, 13] + (network == nil ? [7] : [7, 7])
    // Two columns stay between cells, however wide one is.
    return zip(cells, widths).map { "  " + Formatting.padded($0, to: $1) }.joined()
  }
}
