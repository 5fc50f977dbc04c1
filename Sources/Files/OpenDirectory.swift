import Foundation

/// A directory that is held open: whoever works within it is not led astray where it is moved and another takes its
/// place. Closed with the last reference.
package final class OpenDirectory: Sendable {
  /// Where it was when it was opened.
  package let path: String
  /// What holds it open.
  package let descriptor: Int32
  private let calls: any SystemCalls

  /// Opens the directory at `path`.
  ///
  /// - Throws: `FileError.system` where it cannot be opened.
  package init(_ path: String, calls: any SystemCalls) throws {
    self.path = path
    self.calls = calls
    descriptor = try calls.perform("open the directory", path) { calls.openDirectory(path) }
  }

  deinit { _ = calls.close(descriptor) }

  /// Where `path` is, told from this directory; nil if it is not within.
  func place(of path: String) -> (directory: Int32, path: String)? {
    guard path.utf8.starts(with: self.path.utf8) else { return nil }
    let rest = path.utf8.dropFirst(self.path.utf8.count)
    if rest.isEmpty { return (descriptor, ".") }
    return rest.first == UInt8(ascii: "/") ? (descriptor, String(decoding: rest.dropFirst(), as: UTF8.self)) : nil
  }

  /// Whether this is what stands at its path still.
  package func isInPlace() throws -> Bool {
    var (own, other) = (stat(), stat())
    try calls.perform("look at", path) { calls.status(of: descriptor, &own) }
    guard try calls.status(of: path, followsLink: true, &other) else { return false }
    return own.st_dev == other.st_dev && own.st_ino == other.st_ino
  }
}
