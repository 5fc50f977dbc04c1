import Foundation

/// What stands at a path; a link is not followed.
package enum FileKind {
  case directory, symbolicLink, other

  /// Nil if there is nothing.
  package init?(of path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: self = .directory
    case S_IFLNK: self = .symbolicLink
    default: self = .other
    }
  }
}

/// Whether there is a directory at `path`; a link is followed.
package func isDirectory(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// The names in the directory at `path`, sorted.
package func listDirectory(_ path: String) throws -> [String] {
  guard let directory = opendir(path) else {
    throw FileError.system(operation: "list", path: path, code: errno)
  }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names.sorted()
}

/// The directory that holds `path`, which does not end in a slash, spelled so that it can be opened.
/// (Foundation's `deletingLastPathComponent` traps on a relative path of one character in Swift 6.3 on Linux.)
package func parentDirectory(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}
