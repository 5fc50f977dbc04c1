import Foundation

/// The text of a file, known to be UTF-8.
public struct Corpus: Sendable {
  /// The text without its byte-order mark, otherwise scalar for scalar as in the file.
  public let text: String

  /// Whether the file began with a byte-order mark, which is no part of the text.
  public let droppedByteOrderMark: Bool

  /// Reads the file at `path`, whole; the peak in memory is twice its size, and its size when done.
  ///
  /// - Parameter shouldStop: asked before each piece is read, and ten times a second while a pipe has nothing to read.
  /// - Throws: `TextError` if there is no such file, or it is a directory, unreadable, empty or not UTF-8;
  ///   `TextError.interrupted` where `shouldStop` says so.
  public init(path: String, shouldStop: () -> Bool = { false }) throws(TextError) {
    let bytes = try readFile(path, shouldStop)
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    droppedByteOrderMark = bytes.starts(with: byteOrderMark)
    let content = bytes.dropFirst(droppedByteOrderMark ? byteOrderMark.count : 0)
    if content.isEmpty { throw .empty(path: path) }
    guard let text = String(validating: content, as: UTF8.self) else {
      throw invalidUTF8(in: bytes, path: path)
    }
    self.text = text
  }
}

/// The error that names the first ill-formed sequence of `bytes`.
private func invalidUTF8(in bytes: [UInt8], path: String) -> TextError {
  let offset = wellFormedPrefix(of: bytes)
  let newlines = bytes[..<offset].count { $0 == UInt8(ascii: "\n") }
  return .invalidUTF8(path: path, offset: offset, line: newlines + 1, byte: bytes[offset])
}

/// The length of the longest prefix that is whole UTF-8 sequences.
private func wellFormedPrefix(of bytes: [UInt8]) -> Int {
  var parser = UTF8.ForwardParser()
  var iterator = bytes.makeIterator()
  var offset = 0
  while case .valid(let sequence) = parser.parseScalar(from: &iterator) { offset += sequence.count }
  return offset
}

// MARK: - Reading

/// All bytes of a file, up to its end, which a pipe has as well.
private func readFile(_ path: String, _ shouldStop: () -> Bool) throws(TextError) -> [UInt8] {
  // Else opening a pipe would wait for a writer, and reading it could not be interrupted.
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else { throw failure(path) }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw failure(path) }
  switch status.st_mode & S_IFMT {
  case S_IFDIR: throw .isDirectory(path: path)
  case S_IFCHR, S_IFBLK: throw .unreadable(path: path, reason: "it is a device; give a text file")
  default: break
  }

  var bytes: [UInt8] = []
  bytes.reserveCapacity(Int(status.st_size))
  var chunk = [UInt8](repeating: 0, count: 1 << 20)
  while true {
    if shouldStop() { throw .interrupted(path: path) }
    guard isReadable(descriptor) else { continue }
    let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    if count == 0 { return bytes }
    if count > 0 {
      bytes.append(contentsOf: chunk[..<count])
    } else if errno != EINTR && errno != EAGAIN {
      throw failure(path)
    }
  }
}

/// Whether there is something to read, an end or an error included, within a tenth of a second.
private func isReadable(_ descriptor: Int32) -> Bool {
  var readable = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  return poll(&readable, 1, 100) > 0
}

/// The error that the last system call left.
private func failure(_ path: String) -> TextError {
  switch errno {
  case ENOENT, ENOTDIR: .noSuchFile(path: path)
  case EISDIR: .isDirectory(path: path)
  case let code: .unreadable(path: path, reason: String(cString: strerror(code)))
  }
}
