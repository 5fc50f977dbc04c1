import Foundation

// What takes more than one call.

extension SystemCalls {
  /// Writes all of `bytes`, in as many calls as it takes.
  package func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String) throws {
    var rest = bytes
    while !rest.isEmpty {
      let count = try perform("write", path) { write(rest, to: descriptor) }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    }
  }

  /// Makes the directory at `path` and those above it that are not there yet; those made, the innermost last.
  @discardableResult
  package func makeDirectories(_ path: String) throws -> [String] {
    if try kind(of: path) != nil { return [] }
    let parent = parentDirectory(of: path)
    let above = try makeDirectories(parent)
    // "a/." and "a//b" are there once "a" and "a/" are.
    if try kind(of: path) == .directory { return above }
    do {
      try perform("create", path) { makeDirectory(path) }
    } catch FileError.system(_, _, EEXIST) {
      return above  // Another process was faster.
    }
    try synchronizeDirectory(parent)
    return above + [path]
  }

  /// Waits until what was written to `path` has reached the disk, and closes it.
  ///
  /// After a failure the system forgets what it could not write: neither is tried twice.
  func finish(_ descriptor: Int32, _ path: String, mayRefuse codes: Set<Int32> = []) throws {
    var failure: (any Error)?
    do {
      try perform("write", path) { synchronize(descriptor) }
    } catch {
      if case FileError.system(_, _, let code) = error, codes.contains(code) {} else { failure = error }
    }
    // An interrupted close has closed the file.
    if close(descriptor) < 0, errno != EINTR, failure == nil {
      failure = FileError.system(operation: "write", path: path, code: errno)
    }
    if let failure { throw failure }
  }

  /// Makes durable what was created, renamed or removed in the directory at `path`.
  ///
  /// File systems that cannot synchronise a directory (VirtualBox's shares, older CIFS, FUSE) say so by EINVAL, EBADF or
  /// ENOTSUP: they offer no more, and that is no failure.
  package func synchronizeDirectory(_ path: String) throws {
    try finish(
      try perform("open the directory", path) { openDirectory(path) }, path, mayRefuse: [EINVAL, EBADF, ENOTSUP])
  }

  /// Removes a file, a link, or a directory with all that is in it; nothing there is no error.
  package func removeTree(_ path: String) throws {
    guard let kind = try kind(of: path) else { return }
    guard kind == .directory else {
      try perform("remove", path) { unlink(path) }
      return
    }
    for name in try list(path) { try removeTree(path + "/" + name) }
    try perform("remove", path) { removeDirectory(path) }
  }
}
