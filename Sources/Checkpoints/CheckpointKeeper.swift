import Files

/// Keeps the checkpoints of a run in training: adds to them, points the links, removes the old.
package struct CheckpointKeeper: Sendable {
  /// The run whose checkpoints these are.
  package let run: RunDirectory
  /// The checkpoints that are there and whole, by ascending step.
  package private(set) var checkpoints: [SavedCheckpoint]
  /// Why others that are there were passed over when the keeper began.
  package let damaged: [FileError]
  private let keep: Int
  private let calls: any SystemCalls

  /// Takes over the run: makes its directory if need be, removes what an interruption left, holds each
  /// checkpoint against its manifest and sets the links accordingly.
  ///
  /// - Parameter keep: How many of the latest checkpoints stay, at least one; the best stays besides.
  package init(_ run: RunDirectory, keep: Int, calls: any SystemCalls = POSIX()) throws {
    self.run = run
    self.keep = max(1, keep)
    self.calls = calls
    try calls.makeDirectories(run.path)
    try AtomicDirectory.mend(in: run.path, RunDirectory.owns, calls: calls)
    (checkpoints, damaged) = try run.survey()
    try setLinks()
  }

  /// The latest checkpoint.
  package var last: SavedCheckpoint? { checkpoints.last }

  /// The checkpoint with the lowest validation loss.
  package var best: SavedCheckpoint? { checkpoints.best }

  /// Adds the checkpoint of `state.step` with `state` and the files that `writeFiles` writes.
  ///
  /// - Throws: `FileError.system` that names the file which could not be written; the checkpoints that
  ///   were there are there still.
  @discardableResult
  package mutating func add(
    _ state: TrainerState, _ writeFiles: (inout AtomicDirectory) throws -> Void
  ) throws -> SavedCheckpoint {
    let path = run.checkpointPath(step: state.step)
    try AtomicDirectory.writeWithManifest(to: path, calls: calls) { directory in
      try writeFiles(&directory)
      try directory.write(TrainerState.fileName) { try $0.write(state.json.pretty + "\n") }
    }
    let added = SavedCheckpoint(step: state.step, path: path, validationLoss: state.validationLoss)
    checkpoints.removeAll { $0.step == added.step }
    checkpoints.append(added)
    checkpoints.sort { $0.step < $1.step }
    try setLinks()
    try removeOld()
    return added
  }

  /// Removes everything that a run leaves in its directory, and nothing else.
  package static func clear(_ run: RunDirectory, calls: any SystemCalls = POSIX()) throws {
    guard FileKind(of: run.path) != nil else { return }
    try AtomicDirectory.mend(in: run.path, RunDirectory.owns, calls: calls)
    for name in try listDirectory(run.path) where RunDirectory.owns(name) {
      try AtomicDirectory.remove(run.path + "/" + name, calls: calls)
    }
  }

  private func setLinks() throws {
    for (name, checkpoint) in [("best", best), ("last", last)] {
      let link = run.path + "/" + name
      if let kind = FileKind(of: link), kind != .symbolicLink {
        throw FileError.malformed(
          file: link, reason: "it is no link of ours; move it away, or choose another directory")
      }
      if let checkpoint {
        let temporary = link + AtomicDirectory.incompleteSuffix
        let target = "\(RunDirectory.checkpointPrefix)\(checkpoint.step)"
        try calls.removeTree(temporary)
        try calls.perform("create", temporary) { calls.makeSymbolicLink(temporary, to: target) }
        try calls.perform("rename", temporary) { calls.rename(temporary, to: link) }
      } else {
        try calls.removeTree(link)
      }
    }
    try calls.synchronizeDirectory(run.path)
  }

  private mutating func removeOld() throws {
    let best = best?.step
    for old in checkpoints.dropLast(keep) where old.step != best {
      try AtomicDirectory.remove(old.path, calls: calls)
      checkpoints.removeAll { $0.step == old.step }
    }
  }
}
