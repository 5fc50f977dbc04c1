import Files
import Training

extension TrainingReport {
  /// Shows what a budget is spent on and why, and the command that makes the same run without one; nil where a run goes
  /// on, whose command is not known before its end.
  func show(_ plan: BudgetPlan, command: String?) {
    for reason in plan.reasons { fact(reason.subject, reason.text) }
    if let command { say("\nThe same run without a budget:\n  \(command)\n") }
    line(
      [
        "event": "budget", "seconds": .number(plan.budget.seconds), "planned_seconds": .number(plan.seconds),
        "epochs": .number(plan.epochs),
        "reasons": .object(plan.reasons.map { JSON.Member(name: $0.subject, value: .string($0.text)) }),
        "recipe": plan.recipe.json, "command": command.map { .string($0) } ?? .null,
      ])
  }

  /// Shows what a run took of its budget, and the command that makes it again, where that has changed on the way.
  func end(_ budget: Duration, after seconds: Double, changedCommand: String?) {
    say(
      "\nThe budget was \(ValueType.duration.format(budget)); from start to end it took "
        + "\(Formatting.decimal(seconds, places: 1)) s.")
    if let changedCommand { say("The same run without a budget:\n  \(changedCommand)") }
  }
}
