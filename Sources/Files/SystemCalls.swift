import Foundation

/// The system calls that change a disk, so that a test can make any one of them fail.
///
/// Each returns what the call of its name returns: negative for a failure, with the reason in `errno`.
package protocol SystemCalls: Sendable {
  /// mkdir(2).
  func makeDirectory(_ path: String) -> Int32
  /// open(2) of a new, empty file for writing; what was there is lost.
  func create(_ path: String) -> Int32
  /// open(2) of a file, made if need be, for writing at its end.
  func openForAppending(_ path: String) -> Int32
  /// open(2) of a directory, to synchronise it.
  func openDirectory(_ path: String) -> Int32
  /// write(2): returns how many of the bytes were taken.
  func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int
  /// fsync(2): returns when what was written has reached the disk.
  func synchronize(_ descriptor: Int32) -> Int32
  /// close(2).
  func close(_ descriptor: Int32) -> Int32
  /// rename(2): at every moment the target is what it was, or all of what is at `path`.
  func rename(_ path: String, to target: String) -> Int32
  /// symlink(2).
  func makeSymbolicLink(_ path: String, to target: String) -> Int32
  /// unlink(2).
  func unlink(_ path: String) -> Int32
  /// rmdir(2).
  func removeDirectory(_ path: String) -> Int32
}

/// The system's own calls.
package struct POSIX: SystemCalls {
  /// The calls; they hold no state.
  package init() {}

  package func makeDirectory(_ path: String) -> Int32 { mkdir(path, 0o777) }
  package func create(_ path: String) -> Int32 { open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666) }
  package func openForAppending(_ path: String) -> Int32 {
    open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
  }
  package func openDirectory(_ path: String) -> Int32 { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
  package func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int {
    Foundation.write(descriptor, bytes.baseAddress, bytes.count)
  }
  package func synchronize(_ descriptor: Int32) -> Int32 {
    #if canImport(Darwin)
      fcntl(descriptor, F_FULLFSYNC)  // Darwin's fsync stops at the drive's cache
    #else
      fsync(descriptor)
    #endif
  }
  package func close(_ descriptor: Int32) -> Int32 { Foundation.close(descriptor) }
  package func rename(_ path: String, to target: String) -> Int32 { Foundation.rename(path, target) }
  package func makeSymbolicLink(_ path: String, to target: String) -> Int32 { symlink(target, path) }
  package func unlink(_ path: String) -> Int32 { Foundation.unlink(path) }
  package func removeDirectory(_ path: String) -> Int32 { rmdir(path) }
}

extension SystemCalls {
  /// Makes a call, again for as long as a signal interrupts it.
  ///
  /// - Throws: `FileError.system` that says `operation` could not be done to `path`.
  @discardableResult
  package func perform<Result: SignedInteger>(
    _ operation: String, _ path: String, _ call: () -> Result
  ) throws -> Result {
    while true {
      let result = call()
      if result >= 0 { return result }
      let code = errno
      guard code == EINTR else { throw FileError.system(operation: operation, path: path, code: code) }
    }
  }

  /// Writes all of `bytes`, in as many calls as it takes.
  package func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String) throws {
    var rest = bytes
    while !rest.isEmpty {
      let count = try perform("write", path) { write(rest, to: descriptor) }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    }
  }

  /// Makes the directory at `path` and those above it that are not there yet.
  package func makeDirectories(_ path: String) throws {
    guard FileKind(of: path) == nil else { return }
    let parent = parentDirectory(of: path)
    try makeDirectories(parent)
    // "a/." and "a//b" are there once "a" and "a/" are.
    if FileKind(of: path) == .directory { return }
    try perform("create", path) { makeDirectory(path) }
    try synchronizeDirectory(parent)
  }

  /// Waits until what was written to `path` has reached the disk, and closes it.
  ///
  /// Neither is tried twice: after a failure the system forgets what it could not write.
  func finish(_ descriptor: Int32, _ path: String) throws {
    let failure = synchronize(descriptor) < 0 ? errno : nil
    let closed = close(descriptor)
    if let code = failure ?? (closed < 0 ? errno : nil) {
      throw FileError.system(operation: "write", path: path, code: code)
    }
  }

  /// Makes durable what was created, renamed or removed in the directory at `path`.
  package func synchronizeDirectory(_ path: String) throws {
    try finish(try perform("open", path) { openDirectory(path) }, path)
  }

  /// Removes a file, a link, or a directory with all that is in it; nothing there is no error.
  package func removeTree(_ path: String) throws {
    guard let kind = FileKind(of: path) else { return }
    guard kind == .directory else {
      try perform("remove", path) { unlink(path) }
      return
    }
    for name in try listDirectory(path) { try removeTree(path + "/" + name) }
    try perform("remove", path) { removeDirectory(path) }
  }
}
