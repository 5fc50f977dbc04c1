import Files
import Foundation

/// The record of a run, `metrics.jsonl`: one JSON object a line, in the order of the steps.
package final class MetricsFile {
  private let path: String
  private let descriptor: Int32
  private let calls: any SystemCalls

  /// Opens the record of `run` to go on after `step`: lines of later steps, which the resumed run will write
  /// again, and a last line that an interruption cut short are dropped.
  ///
  /// - Throws: `FileError.system` that names the file.
  package init(_ run: RunDirectory, after step: Int, calls: any SystemCalls = POSIX()) throws {
    path = run.metricsPath
    self.calls = calls
    if FileKind(of: path) != nil { try Self.dropLines(after: step, in: path, calls: calls) }
    descriptor = try calls.perform("open", run.metricsPath) { calls.openForAppending(run.metricsPath) }
  }

  deinit { _ = calls.close(descriptor) }

  /// Appends `event` as a line of its own.
  package func append(_ event: JSON) throws {
    var line = event.compact + "\n"
    try line.withUTF8 { try calls.writeAll(UnsafeRawBufferPointer($0), to: descriptor, path) }
  }

  private static func dropLines(after step: Int, in path: String, calls: any SystemCalls) throws {
    let file = try InputFile(path, ifMissing: "it was here a moment ago")
    let bytes = try file.bytes(in: 0..<file.byteCount)
    let lines = bytes.split(separator: UInt8(ascii: "\n")).filter { line in
      let event = try? JSON(parsing: Array(line), from: path)
      guard case .integer(let its) = event?["step"] else { return false }
      return its <= step
    }
    let kept = lines.reduce(into: [UInt8]()) { $0 += $1 + [UInt8(ascii: "\n")] }
    guard kept != bytes else { return }
    try DurableFile.replace(path, calls: calls) { file in try kept.withUnsafeBytes { try file.write($0) } }
  }
}
