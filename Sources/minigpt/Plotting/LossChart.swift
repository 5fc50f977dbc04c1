import Training

/// What a chart of losses is drawn against.
package enum LossAxis: String, CaseIterable, Sendable {
  case step, time, tokens
}

/// The losses of runs, as a chart.
package struct LossChart {
  /// A run, and what it is called.
  package struct Run: Sendable {
    package let path: String
    package let history: RunHistory
    /// The last word of its path, or the path where runs share that.
    package var name: String

    /// A run at `path`.
    package init(path: String, history: RunHistory) {
      (self.path, self.history, name) = (path, history, path)
    }
  }

  /// Of more steps than this, neighbours are averaged.
  private static let mostPoints = 240

  /// The chart itself.
  package let chart: Chart

  /// The chart of `runs`, of which at least one has a loss.
  ///
  /// - Parameter showsSteps: whether the loss of each step is drawn too; it is where a run has too few evaluations for a
  ///   curve.
  package init(_ runs: [Run], against axis: LossAxis, showsSteps: Bool) {
    let last = runs.map { axis.value($0.history.position) }.max() ?? 0
    let (unit, scale) = axis.unit(upTo: last)
    func point(_ position: RunHistory.Position, _ loss: Double) -> Chart.Point {
      Chart.Point(axis.value(position) / scale, loss)
    }
    var curves: [Chart.Curve] = []
    for (index, run) in runs.enumerated() {
      func add(_ what: String, _ label: String, _ line: Chart.Line, _ points: [Chart.Point]) {
        curves.append(
          Chart.Curve(
            name: runs.count > 1 ? "\(index + 1) \(run.name): \(what)" : what,
            label: runs.count > 1 ? "\(index + 1) \(label)" : label,
            color: index, line: line, points: points))
      }
      let evaluations = run.history.evaluations
      if showsSteps || evaluations.count < 2 {
        let steps = run.history.steps.map { point($0.position, $0.loss) }
        add("each step", "step", .faint, Self.averaged(steps, to: Self.mostPoints))
      }
      add("training", "train", .dashed, evaluations.map { point($0.position, $0.trainingLoss) })
      add("validation", "val", .solid, evaluations.map { point($0.position, $0.validationLoss) })
    }
    chart = Chart(
      title: runs.count > 2 ? "\(runs.count) runs" : runs.map(\.name).joined(separator: " and "), xTitle: unit,
      yTitle: "loss, nats per token", curves: curves,
      levels: Self.levels(runs))
  }

  /// What the losses are held against: those of the first run by their names, and of the others where they differ.
  package static func levels(_ runs: [Run]) -> [Chart.Level] {
    var levels: [Chart.Level] = []
    for (index, run) in runs.enumerated() {
      for level in RunHistory.Level.allCases {
        guard let value = run.history.levels[level] else { continue }
        let isKnown = levels.contains { $0.value == value && $0.name.hasSuffix(level.name) }
        if isKnown { continue }
        let name = index == 0 ? level.name : "\(index + 1) \(level.name)"
        levels.append(Chart.Level(name: name, value: value, isRequired: level == .floor || level == .kneserNey))
      }
    }
    return levels
  }

  /// `points`, or the means of `count` equal shares of them.
  private static func averaged(_ points: [Chart.Point], to count: Int) -> [Chart.Point] {
    guard points.count > count else { return points }
    return (0..<count).map { index in
      let share = points[index * points.count / count..<(index + 1) * points.count / count]
      let sums = share.reduce((x: 0.0, y: 0.0)) { ($0.x + $1.x, $0.y + $1.y) }
      return Chart.Point(sums.x / Double(share.count), sums.y / Double(share.count))
    }
  }
}

extension LossChart.Run {
  /// `runs` with the last words of their paths as names, where these tell them apart.
  package static func named(_ runs: [Self]) -> [Self] {
    let words = runs.map { $0.path.split(separator: "/").last.map(String.init) ?? $0.path }
    guard Set(words).count == words.count else { return runs }
    return zip(runs, words).map { run, word in
      var run = run
      run.name = word
      return run
    }
  }
}

extension LossAxis {
  /// How far along the axis a run has come.
  fileprivate func value(_ position: RunHistory.Position) -> Double {
    switch self {
    case .step: Double(position.step)
    case .time: position.seconds
    case .tokens: position.tokens
    }
  }

  /// What stands along an axis that ends at `last`, and how much of `value` its unit is.
  fileprivate func unit(upTo last: Double) -> (name: String, scale: Double) {
    switch self {
    case .step: ("step", 1)
    case .tokens: ("tokens", 1)
    case .time where last <= 300: ("seconds of training", 1)
    case .time where last <= 3 * 3600: ("minutes of training", 60)
    case .time: ("hours of training", 3600)
    }
  }
}
