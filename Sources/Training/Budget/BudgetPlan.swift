/// What a budget is spent on, and why.
package struct BudgetPlan: Sendable, Equatable {
  /// What was chosen, and what it was chosen for.
  package struct Reason: Sendable, Equatable {
    /// A word or two: "batch".
    package let subject: String
    /// The choice and the reason, to follow it.
    package let text: String
  }

  /// The recipe, with its number of steps.
  package var recipe: Recipe
  /// A line for each choice.
  package var reasons: [Reason]
  /// What was given, from the command's start to its end.
  package var budget: Duration
  /// Seconds from the command's start to its end, as planned.
  package var seconds: Double
  /// Seconds that the end takes after the last step: its evaluation, a checkpoint, a sample.
  package var endingSeconds: Double
  /// How often the training split is seen.
  package var epochs: Double
  /// Whether it ends before its time, since more steps would teach nothing.
  package var endsEarly: Bool
}
