import Files

/// A line of a run's record, `metrics.jsonl`.
package struct MetricsEvent: Sendable {
  /// What happened: "step", "eval", …
  package let kind: String
  /// After which step; steps count from 1.
  package let step: Int
  /// The whole line.
  package let json: JSON

  /// No line of ours comes near.
  private static let longestLine = 1 << 16

  /// The event of a line without its end; nil where it holds none.
  private init?(_ line: [UInt8], of path: String) {
    guard line.count <= Self.longestLine, let json = try? JSON(parsing: line, from: path),
      case .string(let kind)? = json["event"], case .integer(let step)? = json["step"]
    else { return nil }
    (self.kind, self.step, self.json) = (kind, step, json)
  }

  /// Calls `body` with the event of each line of `run`'s record, or nil for a line that holds none; one that is longer than
  /// any event is the last that is read. Returns whether the last line has no end, as an interruption leaves it.
  ///
  /// - Throws: `FileError` where the record cannot be read.
  package static func forEach(of run: RunDirectory, _ body: (MetricsEvent?) -> Void) throws -> Bool {
    let path = run.metricsPath
    let file = try InputFile(path, ifMissing: "the run has no record of its steps", calls: run.calls)
    var pending: [UInt8] = []
    for start in stride(from: 0, to: file.byteCount, by: 1 << 18) {
      pending += try file.bytes(in: start..<min(start + 1 << 18, file.byteCount))
      var lines = pending.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      let rest = lines.removeLast()
      for line in lines { body(MetricsEvent(Array(line), of: path)) }
      pending = Array(rest)
      guard pending.count <= longestLine else {
        body(nil)
        return false
      }
    }
    return !pending.isEmpty
  }
}
