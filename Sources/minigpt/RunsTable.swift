import Files
import Training

/// The table of `minigpt runs`.
struct RunsTable {
  private let runs: [RunSummary]

  /// The table of `runs`, in their order.
  init(_ runs: [RunSummary]) { self.runs = runs }

  private static let header = [
    "run", "text", "parameters", "step", "best val", "time", "guessing", "counting", "floor",
  ]

  /// Writes the table; below a run's row, what is wrong with it.
  func show(on terminal: Terminal, _ stream: Terminal.Stream) {
    let rows = runs.map(cells)
    let columns = Self.header.indices.filter { column in column < 6 || rows.contains { $0[column] != Self.unknown } }
    let widths = columns.map { column in ([Self.header] + rows).map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String]) -> String {
      zip(columns, widths).map { column, width in
        Formatting.padded(cells[column], to: column == 0 ? -width : width)
      }.joined(separator: "  ")
    }
    terminal.writeLine(line(Self.header), to: stream)
    for (run, row) in zip(runs, rows) {
      terminal.writeLine(line(row), to: stream)
      for problem in run.problems {
        let text = wrapped(
          "DAMAGED: " + visible(problem), width: terminal.width(of: stream), indentation: 2, continuation: 2)
        terminal.writeLine(text, to: stream)
      }
    }
    terminal.writeLine(
      "\nText in characters; losses in nats per token; time of the steps alone. More of a run: \(invocation()) info RUN",
      to: stream)
    if let damaged = runs.first(where: { !$0.problems.isEmpty }) {
      terminal.writeLine("What can be saved: \(invocation()) verify \(shellQuoted(damaged.path))", to: stream)
    }
  }

  private static let unknown = "–"

  private func cells(_ run: RunSummary) -> [String] {
    func loss(_ value: Double?) -> String { value.map { Formatting.decimal($0) } ?? Self.unknown }
    let name = run.path.split(separator: "/").last.map(String.init) ?? run.path
    return [
      printable(name, limit: 40), run.characterCount.map(Formatting.quantity) ?? Self.unknown,
      run.config.map { Formatting.parameters($0.parameterCount) } ?? Self.unknown, steps(run), loss(run.best?.loss),
      run.seconds.map(Formatting.duration) ?? Self.unknown,
    ] + [.uniform, .kneserNey, .floor].map { loss(run.history?.levels[$0]) }
  }

  /// The last step, and that of all which are to be taken where they are not yet.
  private func steps(_ run: RunSummary) -> String {
    guard let step = run.step else { return Self.unknown }
    guard let last = run.recipe?.options.maxIterations, last > step else { return Formatting.count(step) }
    return "\(Formatting.count(step)) of \(Formatting.count(last))"
  }
}
