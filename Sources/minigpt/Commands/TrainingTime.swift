import Training

/// How long a run is to take, as the command line of `minigpt train` says.
package enum TrainingTime: Equatable {
  /// Nothing is said of it: a text of one's own is learned for two minutes, unless settings say how many steps.
  case usual
  /// As many steps as the settings say.
  case steps
  /// From the command's start to its end.
  case budget(Duration)

  /// The budget where none is named.
  package static let usualBudget = Duration.seconds(120)

  /// The budget that the command line names.
  package var budget: Duration? { if case .budget(let budget) = self { budget } else { nil } }

  /// The budget of a run that begins: the one that is named, or the usual one where nothing says how many steps there are.
  package func budget(isOfBundledCorpus: Bool, hasPreset: Bool, changing settings: Set<String>) -> Duration? {
    guard self == .usual else { return budget }
    let saysSteps = isOfBundledCorpus || hasPreset || !settings.isDisjoint(with: BudgetPlanner.settingsOfLength)
    return saysSteps ? nil : Self.usualBudget
  }
}

extension ArgumentDefinition<TrainCommand> {
  /// `--budget`.
  static var budget: Self {
    let usual = ValueType.duration.format(TrainingTime.usualBudget)
    return .option(
      "budget", .durationOrNone,
      defaultText: "\(usual); none for the bundled corpus, and beside --preset, --max-iters or --lr-decay-iters",
      help: """
        Train for this long, as 90s, 5m or 1h30m, from start to end: size, context, batch, steps and the rest are chosen \
        for the text and this computer, but for those that are given; with --preset, the steps alone. With --resume, train \
        for this much longer. With none, train for --max-iters steps.
        """
    ) { $1.time = $0.map(TrainingTime.budget) ?? .steps }
  }
}
