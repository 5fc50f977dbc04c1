import Checkpoints
import Files
import Training

/// `minigpt plot`: the losses of runs as curves.
struct PlotCommand: Command {
  var runs: [String] = []
  var axis = LossAxis.step
  var showsSteps = false
  var isASCII = false
  var svg: String?
  var json = false

  init() {}

  static let definition = CommandDefinition<PlotCommand>(
    name: "plot",
    overview: "Draw the training and validation losses of runs, in the terminal or as an SVG file.",
    examples: [
      .init("One run.", "minigpt plot checkpoints/my-text"),
      .init(
        "Two runs against the time that they trained, for a web page.",
        "minigpt plot checkpoints/my-text checkpoints/my-text-2 --x time --svg losses.svg"),
    ],
    positionals: [
      .repeated("run", \.runs, .path(), help: "Directories of runs; what is drawn is in their metrics.jsonl.")
    ],
    groups: [
      .init(
        "OPTIONS",
        [
          .option(
            "x", \.axis, .choice("axis", ["step": .step, "time": .time, "tokens": .tokens]),
            help: """
              What the losses are drawn against: steps, the time of the steps (evaluations and breaks left out), or the \
              tokens read.
              """),
          .flag(
            "steps", \.showsSteps,
            help: """
              Draw the loss of each step too, on its batch and with dropout; of many, the means of neighbours. With \
              --ngram-distillation it is that of other targets than the evaluations'.
              """),
          .option("svg", \.svg, .path("file"), defaultText: "none", help: "Write an SVG file instead."),
          .flag("ascii", \.isASCII, help: "Draw in ASCII, as where the locale is not UTF-8."),
          .json(\.json, "one JSON object for each run, with all that can be drawn,"),
        ])
    ])

  func run(on terminal: Terminal) throws -> ExitCode {
    let people: Terminal.Stream = json ? .error : .output
    let histories = LossChart.Run.named(try runs.map { try history(of: $0, on: terminal) })
    if json { for run in histories { terminal.writeLine(object(run).compact) } }
    let drawn = histories.filter { $0.history.hasLoss }
    for run in histories where !run.history.hasLoss {
      terminal.writeLine("\(printable(run.name)) has no loss yet: it is left out.", to: .error)
    }
    guard !drawn.isEmpty else {
      throw FileError.missing(
        path: "a loss in \(histories[0].path)/metrics.jsonl",
        remedy: "the first comes with the first step; train further and plot again")
    }
    let chart = LossChart(drawn, against: axis, showsSteps: showsSteps).chart
    if let svg {
      try DurableFile.replace(svg) { try $0.write(SVGChart(chart).text) }
      terminal.writeLine("\(Formatting.count(chart.curves.count, "curve")) in \(printable(svg)).", to: people)
    } else {
      show(chart, of: drawn, on: terminal, people)
    }
    return .success
  }

  /// The history of the run at `path`, or of the run whose checkpoint is there.
  private func history(of path: String, on terminal: Terminal) throws -> LossChart.Run {
    var run = RunDirectory(path)
    guard try run.calls.kind(of: run.path, followsLink: true) != nil else {
      throw FileError.missing(path: path, remedy: "give the directory of a run; minigpt runs lists them")
    }
    if try run.isCheckpoint { run = RunDirectory(parentDirectory(of: run.path)) }
    let history = try RunHistory(of: run)
    if let line = history.unreadableLines.first {
      let lines = Formatting.count(history.unreadableLines.count, "line")
      terminal.writeLine(
        "\(printable(run.metricsPath)): \(lines), the first of them line \(line), no event of a run: left out.",
        to: .error)
    }
    return LossChart.Run(path: run.path, history: history)
  }

  private func object(_ run: LossChart.Run) -> JSON {
    guard case .object(let members) = run.history.json else { return run.history.json }
    return .object([.init(name: "run", value: .string(run.path))] + members)
  }
}

// MARK: - In the terminal

extension PlotCommand {
  private func show(_ chart: Chart, of runs: [LossChart.Run], on terminal: Terminal, _ stream: Terminal.Stream) {
    let isASCII = isASCII || !terminal.showsUnicode
    for line in TextChart(chart, width: terminal.width(of: stream), isASCII: isASCII).lines {
      for span in line { terminal.write(span.text, in: span.style, to: stream) }
      terminal.writeLine(to: stream)
    }
    terminal.writeLine(to: stream)
    for curve in chart.curves {
      let sample = TextChart.sample(curve.line, color: curve.color, isASCII: isASCII)
      terminal.write(sample.text, in: sample.style, to: stream)
      let end = curve.points.last.map { ", ends at \(Formatting.decimal($0.y))" } ?? ""
      terminal.writeLine(" \(printable(curve.name))\(end)", to: stream)
    }
    for run in runs {
      guard let best = run.history.best else { continue }
      let place = "\(Formatting.decimal(best.validationLoss)) at step \(Formatting.count(best.position.step))"
      terminal.writeLine(
        (runs.count > 1 ? "\(printable(run.name)): " : "") + "best validation loss \(place)", to: stream)
    }
    let hidden = LossChart.levels(runs).filter { !chart.levels.contains($0) }
    if !hidden.isEmpty {
      let names = hidden.map { "\($0.name) \(Formatting.decimal($0.value))" }.joined(separator: ", ")
      terminal.writeLine("outside the chart: \(names)", to: stream)
    }
  }
}

extension RunHistory {
  /// Whether there is anything to draw.
  fileprivate var hasLoss: Bool { !steps.isEmpty || !evaluations.isEmpty }
}
