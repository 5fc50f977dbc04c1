import Foundation

/// Which mutation a worker is at, in a file, so that it is known after the worker's end.
struct Progress {
  private let descriptor: Int32

  init(_ path: String, creating: Bool) throws {
    descriptor = creating ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666) : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CocoaError(.fileNoSuchFile) }
  }

  func note(_ seed: UInt64) {
    withUnsafeBytes(of: seed) { _ = pwrite(descriptor, $0.baseAddress, 8, 0) }
  }

  /// Nil before the first.
  var seed: UInt64? {
    var seed: UInt64 = 0
    return withUnsafeMutableBytes(of: &seed) { pread(descriptor, $0.baseAddress, 8, 0) } == 8 ? seed : nil
  }
}
