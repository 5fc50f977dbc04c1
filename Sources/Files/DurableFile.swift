import Foundation

/// What a file holds, told by its length and hash.
package struct FileDigest: Sendable, Equatable {
  /// How long the file is.
  package var byteCount: Int
  /// 64 lower-case hexadecimal digits.
  package var sha256: String

  /// The digest of a file of `byteCount` bytes.
  package init(byteCount: Int, sha256: String) {
    (self.byteCount, self.sha256) = (byteCount, sha256)
  }
}

/// A file that is being written: every call is checked, and the bytes are counted and hashed as they go by.
package struct DurableFile {
  private let path: String
  private let descriptor: Int32
  private let calls: any SystemCalls
  private var byteCount = 0
  private var hash = SHA256()

  private init(path: String, descriptor: Int32, calls: any SystemCalls) {
    self.path = path
    self.descriptor = descriptor
    self.calls = calls
  }

  /// Writes a new file at `path` with what `body` writes, and returns when it has reached the disk.
  ///
  /// - Throws: `FileError.system`, or what `body` throws; then the file is there in part.
  static func create(
    _ path: String, calls: any SystemCalls, _ body: (inout DurableFile) throws -> Void
  ) throws -> FileDigest {
    let descriptor = try calls.perform("create", path) { calls.create(path) }
    var file = DurableFile(path: path, descriptor: descriptor, calls: calls)
    do {
      try body(&file)
    } catch {
      _ = calls.close(descriptor)
      throw error
    }
    try calls.finish(descriptor, path)
    return FileDigest(byteCount: file.byteCount, sha256: file.hash.hexadecimal)
  }

  /// Writes the file at `path` with what `body` writes: afterwards it is there whole, or as it was before.
  ///
  /// - Throws: `FileError.system` that names the file, or what `body` throws.
  package static func replace(
    _ path: String, calls: any SystemCalls = POSIX(), _ body: (inout DurableFile) throws -> Void
  ) throws {
    let temporary = path + AtomicDirectory.incompleteSuffix
    do {
      _ = try create(temporary, calls: calls, body)
      try calls.perform("rename", temporary) { calls.rename(temporary, to: path) }
    } catch {
      _ = calls.unlink(temporary)
      throw error
    }
    try calls.synchronizeDirectory(parentDirectory(of: path))
  }

  /// Appends `bytes`.
  package mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
    try calls.writeAll(bytes, to: descriptor, path)
    byteCount += bytes.count
    hash.update(bytes)
  }

  /// Appends the UTF-8 of `text`.
  package mutating func write(_ text: String) throws {
    var text = text
    try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
  }
}
