import Files
import Foundation

/// The directory of one training run.
///
///     checkpoints/<name>/
///       checkpoint-500/   best -> checkpoint-…   last -> checkpoint-…   metrics.jsonl
///
/// The manifests in the checkpoints are the truth; the links follow from them.
public struct RunDirectory: Sendable {
  /// Where the run is, without a slash at the end.
  public let path: String

  /// The run at `path`, whether there is one or not.
  public init(_ path: String) {
    var path = path
    while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
    self.path = path
  }

  static let checkpointPrefix = "checkpoint-"

  /// Where the run's metrics are, one JSON object a line.
  package var metricsPath: String { path + "/metrics.jsonl" }

  /// Where the checkpoint of `step` is, or would be.
  package func checkpointPath(step: Int) -> String { "\(path)/\(Self.checkpointPrefix)\(step)" }

  /// Whether a run makes things of this name in its directory.
  static func owns(_ name: String) -> Bool {
    step(of: name) != nil || ["best", "last", "metrics.jsonl"].contains(name)
  }

  /// The step of a checkpoint's directory name; nil if the name is another.
  static func step(of name: String) -> Int? {
    let step = name.hasPrefix(checkpointPrefix) ? Int(name.dropFirst(checkpointPrefix.count)) : nil
    return step.flatMap { $0 >= 0 && name == "\(checkpointPrefix)\($0)" ? $0 : nil }
  }
}

// MARK: - What is there

extension RunDirectory {
  /// Steps for which there is a checkpoint, whole or not, ascending.
  private func steps() throws -> [Int] {
    guard FileKind(of: path) != nil else { return [] }
    return try listDirectory(path).compactMap(Self.step).sorted()
  }

  /// Whether a run has left anything here.
  package var holdsRun: Bool {
    FileKind(of: metricsPath) != nil || ((try? steps()) ?? []).isEmpty == false
  }

  /// The run's checkpoints by ascending step, held against their manifests, and why others are not whole.
  package func survey() throws -> (whole: [SavedCheckpoint], damaged: [FileError]) {
    var whole: [SavedCheckpoint] = []
    var damaged: [FileError] = []
    for step in try steps() {
      let path = checkpointPath(step: step)
      do {
        try Manifest(of: path).verify(path)
        let loss = try TrainerState(of: path).validationLoss
        whole.append(SavedCheckpoint(step: step, path: path, validationLoss: loss))
      } catch let error as FileError {
        damaged.append(error)
      }
    }
    return (whole, damaged)
  }

  /// `path` if no run is there, else the first of `path-2`, `path-3`, … that holds none.
  package static func free(_ path: String) -> RunDirectory {
    let wanted = RunDirectory(path)
    var run = wanted
    var number = 2
    while run.holdsRun {
      run = RunDirectory("\(wanted.path)-\(number)")
      number += 1
    }
    return run
  }
}

extension RunDirectory {
  /// The last of `path`, `path-2`, `path-3`, … that holds a run; `path` if none does.
  package static func latest(_ path: String) -> RunDirectory {
    let wanted = RunDirectory(path)
    var latest = wanted
    var number = 2
    while case let next = RunDirectory("\(wanted.path)-\(number)"), next.holdsRun {
      latest = next
      number += 1
    }
    return latest
  }

  /// Whether this is a checkpoint itself.
  package var isCheckpoint: Bool { Self.isCheckpoint(path) }
}

// MARK: - What `sample` and `eval` mean by a path

extension RunDirectory {
  /// The checkpoint that `path` names: itself, or the best of the run there, or else its last.
  ///
  /// - Throws: `FileError.missing` if there is none.
  public static func checkpoint(at path: String) throws -> String {
    let run = RunDirectory(path)
    guard FileKind(of: run.path) != nil else {
      throw FileError.missing(
        path: path, remedy: "give a run's directory or one of its checkpoints (minigpt train makes them)")
    }
    guard isDirectory(run.path) else {
      throw FileError.malformed(file: path, reason: "it is no directory; give a run's or one of its checkpoints")
    }
    if isCheckpoint(run.path) { return run.path }
    for link in ["best", "last"] {
      if let target = run.target(of: link), isCheckpoint(target) { return target }
    }
    let whole = try run.survey().whole
    guard let checkpoint = whole.best ?? whole.last else {
      throw FileError.missing(
        path: "a whole checkpoint in \(run.path)", remedy: "give a run's directory or one of its checkpoints")
    }
    return checkpoint.path
  }

  /// The run under `root` that was written to last; `demo`, which is shipped, only if there is no other.
  public static func newest(under root: String = "checkpoints") -> RunDirectory? {
    let names = (try? listDirectory(root)) ?? []
    let runs = names.filter { $0 != "demo" }.map { RunDirectory(root + "/" + $0) }.filter(\.holdsRun)
    let newest = runs.max { modificationTime(of: $0.path) < modificationTime(of: $1.path) }
    return newest ?? (names.contains("demo") ? RunDirectory(root + "/demo") : nil)
  }

  private static func isCheckpoint(_ path: String) -> Bool {
    [Manifest.fileName, "config.json"].contains { FileKind(of: path + "/" + $0) != nil }
  }

  /// The checkpoint of this run that a link points to; a link that leads elsewhere is not followed.
  private func target(of link: String) -> String? {
    guard let name = try? FileManager.default.destinationOfSymbolicLink(atPath: path + "/" + link),
      Self.step(of: name) != nil
    else { return nil }
    return path + "/" + name
  }

  private static func modificationTime(of path: String) -> Date {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return attributes?[.modificationDate] as? Date ?? .distantPast
  }
}
