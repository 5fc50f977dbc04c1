import Foundation

/// What stands at a path.
package enum FileKind: Sendable {
  case directory, regular, symbolicLink, other
}

// MARK: - Questions with three answers: yes, no, and an error where the system cannot tell

extension SystemCalls {
  /// What stands at `path`; nil if there is nothing.
  ///
  /// - Throws: `FileError.system` where that cannot be told.
  package func kind(of path: String, followsLink: Bool = false) throws -> FileKind? {
    var status = stat()
    guard try self.status(of: path, followsLink: followsLink, &status) else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .directory
    case S_IFREG: return .regular
    case S_IFLNK: return .symbolicLink
    default: return .other
    }
  }

  /// Looks at what stands at `path`; false if there is nothing.
  func status(of path: String, followsLink: Bool, _ status: inout stat) throws -> Bool {
    do {
      try perform("look at", path) { self.status(of: path, followsLink: followsLink, &status) }
      return true
    } catch FileError.system(_, _, ENOENT), FileError.system(_, _, ENOTDIR) {
      return false
    }
  }

  /// When what stands at `path` was changed, in nanoseconds since 1970; nil if there is nothing.
  package func modificationTime(of path: String) throws -> Int? {
    var status = stat()
    guard try self.status(of: path, followsLink: true, &status) else { return nil }
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
  }

  /// Where the symbolic link at `path` leads.
  package func target(of path: String) throws -> String {
    try perform("read", path) { target(ofLink: path) }
  }

  /// The names in the directory at `path`, sorted.
  ///
  /// - Throws: `FileError.system` if there is none, or it cannot be read to its end.
  package func list(_ path: String) throws -> [String] {
    try perform("list", path) { names(in: path) }.sorted()
  }
}

/// The directory that holds `path`, which does not end in a slash, spelled so that it can be opened.
/// (Foundation's `deletingLastPathComponent` traps on a relative path of one character in Swift 6.3 on Linux.)
package func parentDirectory(of path: String) -> String {
  guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}
