import Files

/// Keeps the checkpoints of a run in training: adds to them, points the links, removes the old.
package struct CheckpointKeeper: Sendable {
  /// The run whose checkpoints these are.
  package let run: RunDirectory
  /// The checkpoints that are there and whole, by ascending step.
  package private(set) var checkpoints: [SavedCheckpoint]
  /// Why others that are there were passed over when the keeper began.
  package let damaged: [FileError]
  private var keep = Int.max
  /// The step of a checkpoint that stays besides the latest and the best, because its run may have to go back to it.
  package var protectedStep: Int? { didSet { removeOld() } }
  /// What did not go as it should, and costs no checkpoint; each said once.
  private var warnings: [String] = []
  private var said: Set<String> = []

  /// Takes over the run: makes its directory if need be, removes what an interruption left, holds each
  /// checkpoint against its manifest and sets the links accordingly.
  ///
  /// - Throws: `FileError.system` where the disk does not answer; `.malformed` where something else stands at a link.
  package init(_ run: RunDirectory) throws {
    self.run = run
    try run.calls.makeDirectories(run.path)
    try AtomicDirectory.mend(in: run.path, RunDirectory.owns, calls: run.calls)
    let mended = try run.mendCopiedLinks()
    (checkpoints, damaged) = try run.survey()
    for text in mended { warn(text) }
    setLinks()
  }

  /// The latest checkpoint.
  package var last: SavedCheckpoint? { checkpoints.last }

  /// The checkpoint with the lowest validation loss.
  package var best: SavedCheckpoint? { checkpoints.best }

  /// From now on only the `count` latest checkpoints stay, at least one, and the best besides.
  package mutating func keep(latest count: Int) {
    keep = max(1, count)
    removeOld()
  }

  /// Adds the checkpoint of `state.step` with `state` and the files that `writeFiles` writes.
  ///
  /// - Throws: `FileError.system` that names the file which could not be written; the checkpoints that
  ///   were there are there still.
  @discardableResult
  package mutating func add(
    _ state: TrainerState, _ writeFiles: (inout AtomicDirectory) throws -> Void
  ) throws -> SavedCheckpoint {
    let path = run.checkpointPath(step: state.step)
    let leftOver = try AtomicDirectory.writeWithManifest(to: path, calls: run.calls) { directory in
      try writeFiles(&directory)
      try directory.write(TrainerState.fileName) { try $0.write(state.json.pretty + "\n") }
    }
    if let leftOver { warn("\(leftOver). What the checkpoint replaces stays beside it until the run is resumed") }
    let added = SavedCheckpoint(step: state.step, path: path, validationLoss: state.validationLoss)
    checkpoints.removeAll { $0.step == added.step }
    checkpoints.append(added)
    checkpoints.sort { $0.step < $1.step }
    setLinks()
    removeOld()
    return added
  }

  /// The warnings since the last call.
  package mutating func takeWarnings() -> [String] {
    defer { warnings = [] }
    return warnings
  }

  private mutating func warn(_ text: String) {
    if said.insert(text).inserted { warnings.append(text) }
  }
}

// MARK: - What follows from the checkpoints: a failure here loses nothing

extension CheckpointKeeper {
  private mutating func setLinks() {
    do {
      for (name, checkpoint) in zip(RunDirectory.links, [best, last]) {
        try run.setLink(name, to: checkpoint)
      }
      try run.calls.synchronizeDirectory(run.path)
    } catch {
      warn("\(error). The links `best` and `last` are a convenience: the checkpoints are whole without them")
    }
  }

  private mutating func removeOld() {
    let best = best?.step
    for old in checkpoints.dropLast(keep) where old.step != best && old.step != protectedStep { remove(old) }
  }

  private mutating func remove(_ old: SavedCheckpoint) {
    do {
      try AtomicDirectory.remove(old.path, calls: run.calls)
    } catch {
      warn("\(error). An old checkpoint stays where it is")
    }
    checkpoints.removeAll { $0.step == old.step }
  }

  /// Removes the checkpoints of later steps than `step`, which their run has left behind by going back there.
  package mutating func removeAll(after step: Int) {
    for undone in checkpoints where undone.step > step { remove(undone) }
    setLinks()
  }
}

extension RunDirectory {
  /// Points the link `name` at `checkpoint`, or removes it.
  fileprivate func setLink(_ name: String, to checkpoint: SavedCheckpoint?) throws {
    let link = path + "/" + name
    guard let checkpoint else { return try calls.removeTree(link) }
    let target = "\(Self.checkpointPrefix)\(checkpoint.step)"
    if try calls.kind(of: link) == .symbolicLink, try calls.target(of: link) == target { return }
    let temporary = link + AtomicDirectory.incompleteSuffix
    try calls.removeTree(temporary)
    try calls.perform("create", temporary) { calls.makeSymbolicLink(temporary, to: target) }
    try calls.perform("rename", temporary) { calls.rename(temporary, to: link) }
  }

  /// Removes everything that a run leaves in its directory, and nothing else.
  package func clear() throws {
    guard try calls.kind(of: path, followsLink: true) != nil else { return }
    try AtomicDirectory.mend(in: path, Self.owns, calls: calls)
    _ = try mendCopiedLinks()
    for name in try calls.list(path) where Self.owns(name) {
      try AtomicDirectory.remove(path + "/" + name, calls: calls)
    }
  }
}
