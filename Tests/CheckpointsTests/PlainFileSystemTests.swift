import Checkpoints
import Files
import Foundation
import Testing

/// File systems that lack what Unix promises: exFAT and many shares have no symbolic links, VirtualBox's shares and older
/// CIFS cannot synchronise a directory, some network shares have no locks, and some do not let go of a file.
@Suite("A file system") struct PlainFileSystemTests {
  /// Saves three checkpoints of which one stays, under the lock, and returns the warnings.
  private func save(in path: String, lacking codes: [String: Int32]) throws -> [String] {
    let lock = try RunLock(RunDirectory(path, calls: FaultySystem(with: .unsupported(codes))))
    var keeper = try CheckpointKeeper(lock.run)
    keeper.keep(latest: 1)
    for step in 1...3 {
      try keeper.add(TrainerState(step: step, validationLoss: 4 - Double(step), trainer: [:])) { directory in
        try directory.write("model") { try $0.write("weights of \(step)\n") }
      }
    }
    return keeper.takeWarnings()
  }

  @Test("without symbolic links keeps whole checkpoints, and that is said once", arguments: [EPERM, ENOTSUP])
  func noLinks(code: Int32) throws {
    try withTemporaryDirectory { path in
      let warnings = try save(in: path, lacking: ["symlink": code])
      #expect(warnings.count == 1 && warnings[0].contains("best.incomplete: cannot create"))
      #expect(try names(in: path) == ["checkpoint-3"])
      #expect(try RunDirectory.checkpoint(at: path) == path + "/checkpoint-3")
    }
  }

  @Test("that cannot synchronise a directory is taken as it is", arguments: [EINVAL, EBADF, ENOTSUP])
  func noDirectorySync(code: Int32) throws {
    try withTemporaryDirectory { path in
      let warnings = try save(in: path, lacking: ["fsync of a directory": code])
      #expect(warnings.isEmpty)
      #expect(try names(in: path) == ["best", "checkpoint-3", "last"])
    }
  }

  @Test("that fails to synchronise a directory fails to save") func failedDirectorySync() throws {
    try withTemporaryDirectory { path in
      _ = #expect(throws: FileError.self) { try save(in: path, lacking: ["fsync of a directory": EIO]) }
    }
  }

  @Test("without locks is no reason not to train", arguments: [ENOLCK, ENOTSUP, EBADF])
  func noLocks(code: Int32) throws {
    let warnings = try withTemporaryDirectory { try save(in: $0, lacking: ["lock": code]) }
    #expect(warnings.isEmpty)
  }

  @Test("that does not let go of an old checkpoint keeps it, which is said") func noRemoval() throws {
    try withTemporaryDirectory { path in
      let warnings = try save(in: path, lacking: ["unlink": EACCES])
      #expect(warnings.allSatisfy { $0.hasSuffix("An old checkpoint stays where it is") })
      #expect(!warnings.isEmpty)
      #expect(try RunDirectory(path).survey().whole.contains { $0.step == 3 })
      #expect(try CheckpointKeeper(RunDirectory(path)).checkpoints.map(\.step) == [3])  // where removing works again
    }
  }
}
