import Files
import Text
import Training

/// `minigpt corpus check`: whether a text can be trained on, what there is to know of it, and what a run will take.
struct CorpusCheck {
  let path: String
  let recipe: Recipe
  let json: Bool

  /// Shows findings and then advice; throws why the text cannot be trained on, after what was found in it.
  func show(on terminal: Terminal) throws {
    let people: Terminal.Stream = json ? .error : .output
    var object: JSON = ["trainable": true]
    do {
      try recipe.validate()
      let report = try CorpusReport(path: path, recipe)
      object.add(report.json)
      terminal.writeLine(printable(path), to: people)
      show(report.findings, on: terminal, people)
      // What the estimate needs may be more than there is; what was found stands.
      let estimate = Result { try RunEstimate(recipe, on: report.corpus) }
      if case .success(let estimate) = estimate {
        object["run"] = CorpusReport.json(estimate, recipe)
        show(CorpusReport.findings(estimate, recipe), on: terminal, people)
      }
      if !report.advice.isEmpty { terminal.writeLine(to: people) }
      for advice in report.advice {
        terminal.writeLine(advice, to: people)
      }
      _ = try estimate.get()
      if json { terminal.writeLine(object.compact) }
    } catch {
      object["trainable"] = false
      object["problem"] = .string(ErrorReport(error).message)
      if json { terminal.writeLine(object.compact) }
      throw error
    }
  }

  private func show(
    _ findings: [(label: String, text: String)], on terminal: Terminal, _ people: Terminal.Stream
  ) {
    for (label, text) in findings {
      let width = terminal.width(of: people)
      terminal.writeLine(
        wrapped(Formatting.padded(label, to: -12) + text, width: width, indentation: 2, continuation: 12), to: people)
    }
  }
}

extension JSON {
  /// Adds the members of another object.
  fileprivate mutating func add(_ other: JSON) {
    guard case .object(let members) = other else { return }
    for member in members { self[member.name] = member.value }
  }
}
