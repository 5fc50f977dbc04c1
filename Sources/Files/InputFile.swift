import Foundation

/// An existing regular file, open for reading.
package final class InputFile {
  /// Where the file is, as errors name it.
  package let path: String
  /// How long the file was when it was opened.
  package let byteCount: Int
  private let descriptor: Int32

  /// Opens the file at `path`.
  ///
  /// - Throws: `FileError.missing` with `remedy` where nothing is there; `.system` where it cannot be
  ///   opened; `.malformed` where it is a directory or a device.
  package init(_ path: String, ifMissing remedy: String) throws {
    // Without O_NONBLOCK, opening a pipe would wait for a writer.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    self.path = path
    guard descriptor >= 0 else {
      byteCount = 0
      throw errno == ENOENT || errno == ENOTDIR
        ? FileError.missing(path: path, remedy: remedy)
        : FileError.system(operation: "open", path: path, code: errno)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      byteCount = 0
      throw FileError.malformed(file: path, reason: "not a file")
    }
    byteCount = Int(status.st_size)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Fills `buffer` with the bytes from `offset` on.
  ///
  /// - Throws: `FileError.malformed` if the file ends before; `.system` where it cannot be read.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer.dropFirst(done))
      let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw FileError.system(operation: "read", path: path, code: errno) }
      guard count > 0 else {
        throw FileError.malformed(file: path, reason: "ends at byte \(offset + done), in the middle")
      }
      done += count
    }
  }

  /// The bytes of `range`.
  package func bytes(in range: Range<Int>) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      try read(at: range.lowerBound, into: UnsafeMutableRawBufferPointer(buffer))
      count = range.count
    }
  }

  /// The SHA-256 hash of the whole file, read in pieces.
  package func sha256() throws -> String {
    var hash = SHA256()
    try withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 64) { buffer in
      for start in stride(from: 0, to: byteCount, by: buffer.count) {
        let piece = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(byteCount - start))
        try read(at: start, into: piece)
        hash.update(UnsafeRawBufferPointer(piece))
      }
    }
    return hash.hexadecimal
  }
}
