import Foundation

/// A text file or a pipe, read piece by piece.
final class CorpusFile {
  /// How long it is as far as the system knows: 0 for a pipe, and for a file that is made while it is read.
  let expectedByteCount: Int
  /// Whether it is a file that a command can read again.
  let isRegular: Bool
  private let path: String
  private let descriptor: Int32

  /// Opens the file at `path`.
  ///
  /// - Throws: `TextError` if there is none, or it is a directory, a device or unreadable.
  init(_ path: String) throws(TextError) {
    self.path = path
    // Else opening a pipe would wait for a writer, and reading it could not be interrupted.
    let descriptor = try retried(path) { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    var status = stat()
    let failed = fstat(descriptor, &status) != 0
    let error: TextError? =
      switch status.st_mode & S_IFMT {
      case _ where failed: failure(path)
      case S_IFDIR: .isDirectory(path: path)
      case S_IFCHR, S_IFBLK: .unreadable(path: path, reason: "it is a device; give a text file")
      default: nil
      }
    if let error {
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
    isRegular = status.st_mode & S_IFMT == S_IFREG
    expectedByteCount = isRegular ? Int(status.st_size) : 0
  }

  deinit { close(descriptor) }

  /// Reads until `buffer` is full or the file has ended, and returns the number of bytes.
  ///
  /// - Throws: `TextError.interrupted` where `shouldStop` says so, which is asked ten times a second while a pipe has
  ///   nothing to read.
  func read(into buffer: UnsafeMutableRawBufferPointer, _ shouldStop: () -> Bool) throws(TextError) -> Int {
    var count = 0
    while count < buffer.count {
      if shouldStop() { throw .interrupted(path: path) }
      guard isReadable else { continue }
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
      let read = Foundation.read(descriptor, rest.baseAddress, rest.count)
      if read == 0 { break }
      if read > 0 {
        count += read
      } else if errno != EINTR && errno != EAGAIN {
        throw failure(path)
      }
    }
    return count
  }

  /// Whether there is something to read, an end or an error included, within a tenth of a second.
  private var isReadable: Bool {
    if isRegular { return true }
    var readable = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&readable, 1, 100) > 0
  }
}

/// The result of a system call, which is made again for as long as a signal interrupts it.
private func retried(_ path: String, _ call: () -> Int32) throws(TextError) -> Int32 {
  while true {
    let result = call()
    if result >= 0 { return result }
    if errno != EINTR { throw failure(path) }
  }
}

/// The error that the last system call left.
private func failure(_ path: String) -> TextError {
  switch errno {
  case ENOENT, ENOTDIR: .noSuchFile(path: path)
  case EISDIR: .isDirectory(path: path)
  case let code: .unreadable(path: path, reason: String(cString: strerror(code)))
  }
}
