import Files
import TensorBoard

/// The directory of one training run.
///
///     checkpoints/<name>/
///       checkpoint-500/   best -> checkpoint-…   last -> checkpoint-…   metrics.jsonl
///
/// The manifests in the checkpoints are the truth; the links follow from them.
public struct RunDirectory: Sendable {
  /// Where the run is, without a slash at the end.
  public let path: String
  /// How the disk is reached.
  package let calls: any SystemCalls

  /// The run at `path`, whether there is one or not.
  public init(_ path: String) { self.init(path, calls: POSIX()) }

  /// The run at `path`, reached by `calls`.
  package init(_ path: String, calls: any SystemCalls) {
    var bytes = path.utf8[...]
    while bytes.count > 1 && bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    self.path = String(decoding: bytes, as: UTF8.self)
    self.calls = calls
  }

  static let checkpointPrefix = "checkpoint-"
  /// Links to the checkpoint with the lowest validation loss and to the latest.
  static let links = ["best", "last"]

  /// Where the run's metrics are, one JSON object a line.
  package var metricsPath: String { path + "/metrics.jsonl" }

  /// Where the checkpoint of `step` is, or would be.
  package func checkpointPath(step: Int) -> String { "\(path)/\(Self.checkpointPrefix)\(step)" }

  /// Whether a run makes things of this name in its directory.
  static func owns(_ name: String) -> Bool {
    step(of: name) != nil || links.contains(name) || name == "metrics.jsonl" || EventFile.owns(name)
  }

  /// The step of a checkpoint's directory name; nil if the name is another.
  static func step(of name: String) -> Int? {
    let step = name.hasPrefix(checkpointPrefix) ? Int(name.dropFirst(checkpointPrefix.count)) : nil
    return step.flatMap { $0 >= 0 && name == "\(checkpointPrefix)\($0)" ? $0 : nil }
  }
}

// MARK: - What is there

extension RunDirectory {
  /// The checkpoints that are there, whole or not, by ascending step. One whose successor was about to take its place
  /// when the run was killed counts: it has a name of its own until the run is resumed.
  private func candidates() throws -> [(step: Int, path: String)] {
    guard try calls.kind(of: path, followsLink: true) == .directory else { return [] }
    let names = try calls.list(path)
    let found = names.compactMap { name in Self.step(of: name).map { (step: $0, path: path + "/" + name) } }
    let replaced = names.compactMap { name -> (step: Int, path: String)? in
      guard name.hasSuffix(AtomicDirectory.replacedSuffix) else { return nil }
      let step = Self.step(of: String(name.dropLast(AtomicDirectory.replacedSuffix.count)))
      return step.map { (step: $0, path: path + "/" + name) }
    }
    return (found + replaced.filter { old in !found.contains { $0.step == old.step } }).sorted { $0.step < $1.step }
  }

  /// Whether a run has left anything here: a checkpoint, or a line of its record.
  ///
  /// - Throws: `FileError.system` where that cannot be told.
  package var holdsRun: Bool {
    get throws {
      if try !candidates().isEmpty { return true }
      guard let kind = try calls.kind(of: metricsPath) else { return false }
      // A run that ended before its first step has left an empty one.
      return try kind != .regular || InputFile.ifPresent(metricsPath, calls: calls)?.byteCount != 0
    }
  }

  /// The run's checkpoints by ascending step, held against their manifests, and why others are not whole.
  ///
  /// - Throws: `FileError.system` where the disk does not answer: then nobody knows.
  package func survey() throws -> (whole: [SavedCheckpoint], damaged: [FileError]) {
    var whole: [SavedCheckpoint] = []
    var damaged: [FileError] = []
    for (step, path) in try candidates() {
      do {
        try Manifest(of: path, calls: calls).verify(path, calls: calls)
        let loss = try TrainerState(of: path, calls: calls).validationLoss
        whole.append(SavedCheckpoint(step: step, path: path, validationLoss: loss))
      } catch let error as FileError {
        if case .system = error { throw error }
        damaged.append(error)
      }
    }
    return (whole, damaged)
  }

  /// Whether this is a checkpoint itself.
  ///
  /// - Throws: `FileError.system` where that cannot be told.
  package var isCheckpoint: Bool {
    get throws { try isCheckpoint(path) }
  }

  /// Whether this is a checkpoint without the state of a run, which cannot be resumed.
  ///
  /// - Throws: `FileError.system` where that cannot be told.
  package var isExport: Bool {
    get throws { try isCheckpoint && calls.kind(of: path + "/" + TrainerState.fileName) == nil }
  }

  func isCheckpoint(_ path: String) throws -> Bool {
    try [Manifest.fileName, Checkpoint.configName].contains { try calls.kind(of: path + "/" + $0) != nil }
  }
}

// MARK: - Numbered directories

extension RunDirectory {
  /// The run of `path-2`, `path-3`, … for a number from 2 on; itself for 1.
  package func numbered(_ number: Int) -> RunDirectory {
    number == 1 ? self : RunDirectory("\(path)-\(number)", calls: calls)
  }

  /// The last of `path`, `path-2`, `path-3`, … that holds a run; `path` if none does.
  package static func latest(_ path: String) throws -> RunDirectory {
    let wanted = RunDirectory(path)
    var latest = wanted
    var number = 2
    while case let next = wanted.numbered(number), try next.holdsRun {
      latest = next
      number += 1
    }
    return latest
  }
}
