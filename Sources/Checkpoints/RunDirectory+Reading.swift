import Files

// What `sample` and `eval` mean by a path.

extension RunDirectory {
  /// The checkpoint that `path` names: itself, or the best of the run there, or else its last.
  ///
  /// - Throws: `FileError.missing` if there is none; `.system` where the disk does not answer.
  public static func checkpoint(at path: String) throws -> String {
    let run = RunDirectory(path)
    switch try run.calls.kind(of: run.path, followsLink: true) {
    case nil:
      throw FileError.missing(
        path: path, remedy: "give a run's directory or one of its checkpoints (minigpt train makes them)")
    case .directory: return try run.isCheckpoint ? run.path : run.checkpoint()
    default:
      throw FileError.malformed(file: path, reason: "it is no directory; give a run's or one of its checkpoints")
    }
  }

  /// The best checkpoint of this run, or else its last.
  ///
  /// - Throws: as `checkpoint(at:)` does.
  package func checkpoint() throws -> String {
    for link in Self.links {
      if let target = try target(of: link), try isCheckpoint(target) { return target }
    }
    let whole = try survey().whole
    guard let checkpoint = whole.best ?? whole.last else {
      throw FileError.missing(
        path: "a whole checkpoint in \(path)", remedy: "give a run's directory or one of its checkpoints")
    }
    return checkpoint.path
  }

  /// Reads the checkpoint that `path` names, as `checkpoint(at:)` finds it.
  ///
  /// A run in training drops and replaces checkpoints while they are read: then the next one is taken.
  public static func readCheckpoint(at path: String) throws -> (path: String, checkpoint: Checkpoint) {
    var attempts = 10
    while true {
      let found = try checkpoint(at: path)
      attempts -= 1
      do {
        return (found, try Checkpoint(directory: found))
      } catch let error as FileError {
        let isGone = try POSIX().kind(of: found) == nil || checkpoint(at: path) != found
        if !isGone || attempts == 0 { throw error }
      }
    }
  }

  /// The run under `root` that was written to last; `demo`, which is shipped, only if there is no other.
  ///
  /// - Throws: `FileError.system` where `root` is there and cannot be read.
  public static func newest(under root: String = "checkpoints") throws -> RunDirectory? {
    let calls = POSIX()
    guard try calls.kind(of: root, followsLink: true) != nil else { return nil }
    let names = try calls.list(root)
    let runs = try names.filter { $0 != "demo" }.map { RunDirectory(root + "/" + $0) }.filter { try $0.holdsRun }
    let times = try runs.map { try calls.modificationTime(of: $0.path) ?? .min }
    let newest = zip(runs, times).max { $0.1 < $1.1 }?.0
    return newest ?? (names.contains("demo") ? RunDirectory(root + "/demo") : nil)
  }

  /// The checkpoint of this run that a link points to; a link that leads elsewhere is not followed.
  private func target(of link: String) throws -> String? {
    let link = path + "/" + link
    guard try calls.kind(of: link) == .symbolicLink else { return nil }
    let name = try calls.target(of: link)
    return Self.step(of: name) == nil ? nil : path + "/" + name
  }
}
