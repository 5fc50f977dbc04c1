import Foundation

/// What can be wrong with a file or a directory that is read or written.
public enum FileError: Error, Sendable, Equatable {
  /// There is nothing at `path`; `remedy` says what to do about it.
  case missing(path: String, remedy: String)
  /// The system refused `operation` on `path` with error number `code`.
  case system(operation: String, path: String, code: Int32)
  /// Another process works in the directory at `path`.
  case inUse(path: String)
  /// The bytes of `file` are not what its format demands.
  case malformed(file: String, reason: String)
  /// `file` is well formed and describes something that this package does not run.
  case unsupported(file: String, reason: String)
  /// `file` is not what its checkpoint's manifest says was written.
  case damaged(file: String, reason: String)
}

extension FileError: CustomStringConvertible {
  /// One line that names the file, what is wrong with it and, where there is one, the way out.
  public var description: String {
    switch self {
    case .missing(let path, let remedy): "\(shown(path)): not found; \(remedy)"
    case .system(let operation, let path, let code):
      "\(shown(path)): cannot \(operation): \(String(cString: strerror(code)))"
    case .inUse(let path): "\(shown(path)): another run is under way there; wait for it, or choose another directory"
    case .malformed(let file, let reason): "\(shown(file)): \(reason)"
    case .unsupported(let file, let reason): "\(shown(file)): \(reason)"
    case .damaged(let file, let reason): "\(shown(file)): \(reason); take another checkpoint of the run"
    }
  }

  /// A path, as long as any that is likely, but nothing in it that a terminal would obey.
  private func shown(_ path: String) -> String { printable(path, limit: 1000) }
}
