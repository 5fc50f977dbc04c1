import Checkpoints
import Files
import TensorBoard

extension TrainingRun {
  /// Writes what happens from now on for TensorBoard as well, in a new file in `directory`, or the run's own where none is
  /// given: scalars under the names that `metrics.jsonl` has for them, such as `eval/val_loss`, and samples as texts.
  ///
  /// Files that are there stay, but what they have of later steps is void: a resumed run goes on in its curves.
  ///
  /// - Throws: `FileError.system` that names the file which cannot be made.
  public mutating func writeEvents(in directory: String? = nil) throws {
    let run = keeper.run
    eventFile = try EventFile(in: directory ?? run.path, from: trainer.step + 1, calls: run.calls)
  }
}

extension TrainingEvent {
  /// What TensorBoard is told of the event; nil where there is nothing to plot.
  var logged: LoggedEvent? {
    switch self {
    case .step(let report, _, _): LoggedEvent(step: report.step, .scalars(json.taggedNumbers))
    case .evaluation(let report): LoggedEvent(step: report.step, .scalars(json.taggedNumbers))
    case .sample(let step, _, let text): LoggedEvent(step: step, .text(tag: "sample", text))
    case .rollback(let rollback): LoggedEvent(step: rollback.step + 1, .start)
    case .baselines, .skipped, .beatsCounting, .refit, .checkpoint, .warning: nil
    }
  }
}

extension JSON {
  /// The numbers of an event, each under the event's name and its own.
  fileprivate var taggedNumbers: [(tag: String, value: Double)] {
    guard case .object(let members) = self, case .string(let kind)? = self["event"] else { return [] }
    return members.compactMap { member in
      guard case .number(let value) = member.value else { return nil }
      return (tag: "\(kind)/\(member.name)", value: value)
    }
  }
}
