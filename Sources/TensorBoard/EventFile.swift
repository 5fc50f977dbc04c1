import Files
import Foundation

/// A file of events that TensorBoard reads and goes on reading while it grows: `events.out.tfevents.<seconds>.minigpt`.
///
/// Each event is a record of TensorFlow's: its length in eight bytes, their masked CRC-32C, the event, and its masked
/// CRC-32C.
package final class EventFile {
  /// Where it is.
  package let path: String
  private let descriptor: Int32
  private let calls: any SystemCalls

  private static let prefix = "events.out.tfevents."
  private static let suffix = ".minigpt"

  /// Whether `name` is one that such a file has.
  package static func owns(_ name: String) -> Bool { number(of: name) != nil }

  /// Begins a new file in `directory`, which is made if need be. TensorBoard reads files in the order of their names: its own
  /// is after all that are there.
  ///
  /// - Parameter step: what other files have of this step and later ones is void.
  /// - Throws: `FileError.system` that names the file.
  package init(in directory: String, from step: Int, calls: any SystemCalls = POSIX()) throws {
    try calls.makeDirectories(directory)
    let last = try calls.list(directory).compactMap(Self.number).max() ?? 0
    let number = max(Int(Date().timeIntervalSince1970), last + 1)
    let digits = String(number)
    let zeros = String(repeating: "0", count: max(0, 10 - digits.count))
    let path = directory + "/" + Self.prefix + zeros + digits + Self.suffix
    self.path = path
    self.calls = calls
    descriptor = try calls.perform("create", path) { calls.create(path) }
    try append(LoggedEvent(step: 0, .version))
    try append(LoggedEvent(step: step, .start))
  }

  deinit { _ = calls.close(descriptor) }

  /// Appends an event, which has happened now.
  ///
  /// - Throws: `FileError.system` that names the file.
  package func append(_ event: LoggedEvent) throws {
    let record = Self.record(of: event.encoded(at: Date().timeIntervalSince1970))
    try record.withUnsafeBytes { try calls.writeAll($0, to: descriptor, path) }
  }

  /// The record that holds `bytes`.
  package static func record(of bytes: [UInt8]) -> [UInt8] {
    let length = withUnsafeBytes(of: UInt64(bytes.count).littleEndian, Array.init)
    func check(_ bytes: [UInt8]) -> [UInt8] {
      withUnsafeBytes(of: CRC32C.masked(of: bytes).littleEndian, Array.init)
    }
    return length + check(length) + bytes + check(bytes)
  }

  /// The number in the name of such a file; nil if the name is another.
  private static func number(of name: String) -> Int? {
    guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
    return Int(name.dropFirst(prefix.count).dropLast(suffix.count))
  }
}
