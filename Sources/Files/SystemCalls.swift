import Foundation

/// The system calls that look at a disk and change it, so that a test can make any one of them fail.
///
/// Each returns what the call of its name returns: negative, or nil, for a failure, with the reason in `errno`.
package protocol SystemCalls: Sendable {
  /// The same calls, for which paths below `directory` lead from the open directory, wherever it is moved.
  func within(_ directory: OpenDirectory) -> any SystemCalls

  // MARK: Looking

  /// stat(2), or lstat(2) where a link is not followed.
  func status(of path: String, followsLink: Bool, _ status: inout stat) -> Int32
  /// fstat(2).
  func status(of descriptor: Int32, _ status: inout stat) -> Int32
  /// readdir(3) to the end: the names in a directory but "." and "..".
  func names(in path: String) -> [String]?
  /// readlink(2).
  func target(ofLink path: String) -> String?
  /// open(2) of a file for reading.
  func openForReading(_ path: String) -> Int32
  /// pread(2).
  func read(_ descriptor: Int32, at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int

  // MARK: Changing

  /// mkdir(2).
  func makeDirectory(_ path: String) -> Int32
  /// open(2) of a new, empty file for writing; what was there is lost.
  func create(_ path: String) -> Int32
  /// open(2) of a file, made if need be, for writing at its end.
  func openForAppending(_ path: String) -> Int32
  /// open(2) of a directory, to synchronise or to lock it.
  func openDirectory(_ path: String) -> Int32
  /// flock(2): takes the lock for this process alone, without waiting.
  func lock(_ descriptor: Int32) -> Int32
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

  /// The same for a call that returns nil where it fails.
  func perform<Result>(
    _ operation: String, _ path: String, _ call: () -> Result?
  ) throws -> Result {
    while true {
      if let result = call() { return result }
      let code = errno
      guard code == EINTR else { throw FileError.system(operation: operation, path: path, code: code) }
    }
  }
}
