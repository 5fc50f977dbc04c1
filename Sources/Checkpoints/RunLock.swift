import Files
import Foundation

/// Keeps a run's directory to one process: held for as long as the object lives, gone with the process.
///
/// It is an advisory lock on the directory itself (`flock`), so nothing is left behind.
package final class RunLock: Sendable {
  private let descriptor: Int32

  /// Locks the directory of `run`, which is made if need be.
  ///
  /// - Throws: `FileError.inUse` if another process holds it; `.system` where it cannot be opened.
  package init(_ run: RunDirectory, calls: any SystemCalls = POSIX()) throws {
    try calls.makeDirectories(run.path)
    descriptor = try calls.perform("open", run.path) { calls.openDirectory(run.path) }
    // Any other failure means a file system without locks, which is no reason not to train.
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { throw FileError.inUse(path: run.path) }
  }

  deinit { close(descriptor) }
}
