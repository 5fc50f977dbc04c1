/// How far a long job is: one line redrawn on a terminal at most ten times a second, elsewhere a plain line
/// every ten seconds.
package struct ProgressReport {
  private let terminal: Terminal
  private let fallback: Terminal.Stream
  private let isRedrawn: Bool
  private let interval: Duration
  private var nextUpdate: ContinuousClock.Instant?

  /// A report that is redrawn on standard error where that is a terminal, and else goes to `fallback`.
  package init(on terminal: Terminal, fallback: Terminal.Stream) {
    self.terminal = terminal
    self.fallback = fallback
    isRedrawn = terminal.isInteractive(.error)
    interval = isRedrawn ? .milliseconds(100) : .seconds(10)
  }

  /// Shows `line()` where it is time to; the line is made only then.
  package mutating func update(now: ContinuousClock.Instant = .now, line: () -> String) {
    if let nextUpdate, now < nextUpdate { return }
    nextUpdate = now + interval
    if isRedrawn {
      terminal.showProgress(line())
    } else {
      terminal.writeLine(line(), to: fallback)
    }
  }
}
