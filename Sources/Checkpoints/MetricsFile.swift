import Files
import Foundation

/// The record of a run, `metrics.jsonl`: one JSON object a line, in the order of events.
///
/// A run that diverges goes back to an earlier step. Nothing is taken out for it: the line of a `rollback` says that what
/// stands above it of later steps than its own is undone, and which row of batches, its `batch_offset`, comes after it.
package final class MetricsFile {
  private let path: String
  private let descriptor: Int32
  private let calls: any SystemCalls

  /// Opens the record of `run`, which begins, or goes on where `resumption` says.
  ///
  /// - Throws: `FileError.system` that names the file.
  package init(_ run: RunDirectory, _ resumption: Resumption? = nil) throws {
    path = run.metricsPath
    calls = run.calls
    if try calls.kind(of: path) != nil { try Self.cut(path, resumption, calls) }
    descriptor = try calls.perform("append to", run.metricsPath) { run.calls.openForAppending(run.metricsPath) }
  }

  deinit { _ = calls.close(descriptor) }

  /// Appends `event` as a line of its own.
  package func append(_ event: JSON) throws {
    var line = event.compact + "\n"
    try line.withUTF8 { try calls.writeAll(UnsafeRawBufferPointer($0), to: descriptor, path) }
  }

  /// Waits until what was appended has reached the disk, so that no checkpoint is there before its lines.
  package func synchronize() throws {
    try calls.perform("write", path) { calls.synchronize(descriptor) }
  }
}

// MARK: - Going on

extension MetricsFile {
  /// Where a resumed run takes up its record.
  package struct Resumption {
    /// The step of the checkpoint that it goes on from.
    package let step: Int
    /// The row of batches that it was in: what a rollback led to later is no part of its record.
    package let batchOffset: Int
    /// What the run had recorded of that step when the checkpoint was written: kinds of events.
    package let kinds: Set<String>
    /// The checkpoint's own line, which a kill may have come before; nil where the run will write it again.
    package let checkpoint: JSON?

    /// Goes on after the last event of `step` that is one of `kinds`, and `checkpoint`.
    package init(step: Int, batchOffset: Int = 0, kinds: Set<String>, checkpoint: JSON?) {
      (self.step, self.batchOffset, self.kinds, self.checkpoint) = (step, batchOffset, kinds, checkpoint)
    }
  }

  /// Drops the lines that the resumed run will write again, and a last line that an interruption cut short.
  private static func cut(_ path: String, _ resumption: Resumption?, _ calls: any SystemCalls) throws {
    let file = try InputFile(path, ifMissing: "it was here a moment ago", calls: calls)
    try requireMemory(2 * Double(file.byteCount), for: "reading \(path)", remedy: "move it away to do without it")
    let bytes = try file.bytes(in: 0..<file.byteCount)
    var kept: [UInt8] = []
    if let resumption {
      kept = Array(bytes[..<end(of: resumption, in: bytes, path)])
      if let line = resumption.checkpoint { kept += Array((line.compact + "\n").utf8) }
    }
    guard kept != bytes else { return }
    try DurableFile.replace(path, calls: calls) { file in try kept.withUnsafeBytes { try file.write($0) } }
  }

  /// Where the last line ends that the run had written before its checkpoint. Sought from the end, as steps may come
  /// again; where there is no such line, after the last of an earlier step.
  private static func end(of resumption: Resumption, in bytes: [UInt8], _ path: String) -> Int {
    var earlier: Int?
    var rest = bytes[..<firstRollback(past: resumption.batchOffset, in: bytes, path)]
    while let newline = rest.lastIndex(of: UInt8(ascii: "\n")) {
      let start = rest[..<newline].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      if let event = try? JSON(parsing: Array(rest[start..<newline]), from: path),
        case .integer(let step) = event["step"], case .string(let kind) = event["event"]
      {
        if step == resumption.step, resumption.kinds.contains(kind) { return newline + 1 }
        if step < resumption.step, earlier == nil { earlier = newline + 1 }
      }
      rest = rest[..<start]
    }
    return earlier ?? 0
  }

  /// Where the line begins of the first rollback to a row of batches past `batchOffset`; the end where there is none.
  private static func firstRollback(past batchOffset: Int, in bytes: [UInt8], _ path: String) -> Int {
    let mark = Array(#"{"event":"rollback","#.utf8)
    var start = 0
    while let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      let line = bytes[start..<newline]
      if line.starts(with: mark), let event = try? JSON(parsing: Array(line), from: path),
        case .integer(let offset) = event["batch_offset"], offset > batchOffset
      {
        return start
      }
      start = newline + 1
    }
    return bytes.count
  }
}
