import Files
import Foundation

/// Keeps a run's directory to one process: held for as long as the object lives, gone with the process.
///
/// It is an advisory lock on the directory itself (`flock`), so nothing is left behind; directories that were made for
/// the lock and hold nothing in the end are removed.
package final class RunLock: Sendable {
  /// The run, reached from the open directory: where that is moved, the run goes with it.
  package let run: RunDirectory
  private let directory: OpenDirectory
  /// What was made for it, the innermost last.
  private let made: [String]

  /// Locks the directory of `run`, which is made if need be.
  ///
  /// - Throws: `FileError.inUse` if another process holds it; `.system` where it cannot be opened.
  package init(_ run: RunDirectory) throws {
    let calls = run.calls
    var made: [String] = []
    while true {
      made += try calls.makeDirectories(run.path)
      let directory: OpenDirectory
      do {
        directory = try OpenDirectory(run.path, calls: calls)
      } catch FileError.system(_, _, ENOENT) {
        continue
      }
      do {
        try calls.perform("lock", run.path) { calls.lock(directory.descriptor) }
      } catch FileError.system(_, _, EWOULDBLOCK) {
        throw FileError.inUse(path: run.path)
      } catch is FileError {
        // A file system without locks, which is no reason not to train.
      }
      // Another process may have removed the directory, which it had made, while this one waited to lock it.
      if try directory.isInPlace() {
        self.run = RunDirectory(run.path, calls: calls.within(directory))
        self.directory = directory
        self.made = made
        return
      }
    }
  }

  /// Locks the first of `wanted`, `wanted-2`, `wanted-3`, … where no run is and no other process works.
  ///
  /// - Throws: `FileError.system`.
  package static func firstFree(_ wanted: RunDirectory) throws -> RunLock {
    var number = 1
    while true {
      if let lock = try wanted.numbered(number).lockedIfFree() { return lock }
      number += 1
    }
  }

  deinit {
    guard !made.isEmpty, (try? directory.isInPlace()) == true else { return }
    // Fails, as it should, where anything is in it.
    for path in made.reversed() where POSIX().removeDirectory(path) < 0 { return }
  }
}

extension RunDirectory {
  /// The lock of this directory; nil where a run is, or another process works.
  fileprivate func lockedIfFree() throws -> RunLock? {
    if try holdsRun { return nil }
    do {
      let lock = try RunLock(self)
      return try lock.run.holdsRun ? nil : lock
    } catch FileError.inUse {
      return nil
    }
  }
}
