import Foundation

/// An existing regular file, open for reading.
package final class InputFile {
  /// Where the file is, as errors name it.
  package let path: String
  /// How long the file was when it was opened.
  package let byteCount: Int
  private let descriptor: Int32
  private let calls: any SystemCalls

  /// Opens the file at `path`.
  ///
  /// - Throws: `FileError.missing` with `remedy` where nothing is there; `.system` where it cannot be
  ///   opened; `.malformed` where it is a directory or a device.
  package init(_ path: String, ifMissing remedy: String, calls: any SystemCalls = POSIX()) throws {
    self.path = path
    self.calls = calls
    let descriptor: Int32
    do {
      descriptor = try calls.perform("open", path) { calls.openForReading(path) }
    } catch FileError.system(_, _, ENOENT), FileError.system(_, _, ENOTDIR) {
      throw FileError.missing(path: path, remedy: remedy)
    }
    self.descriptor = descriptor
    do {
      byteCount = try calls.length(of: descriptor, path)
    } catch {
      _ = calls.close(descriptor)
      throw error
    }
  }

  deinit { _ = calls.close(descriptor) }

  /// Fills `buffer` with the bytes from `offset` on.
  ///
  /// - Throws: `FileError.malformed` if the file ends before; `.system` where it cannot be read.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer.dropFirst(done))
      let count = try calls.perform("read", path) { calls.read(descriptor, at: offset + done, into: rest) }
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

extension SystemCalls {
  /// The length of an open file; throws `FileError.malformed` where it is a directory or a device.
  fileprivate func length(of descriptor: Int32, _ path: String) throws -> Int {
    var status = stat()
    try perform("look at", path) { self.status(of: descriptor, &status) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw FileError.malformed(file: path, reason: "not a file") }
    return Int(status.st_size)
  }
}
