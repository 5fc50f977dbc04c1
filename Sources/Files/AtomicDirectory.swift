/// A directory of files that appears whole or not at all.
///
/// The files are written into a sibling whose name ends in `.incomplete`, each with fsync, and the sibling is
/// renamed. A crash at any moment leaves the old directory or the new one; what it leaves beside them, `mend`
/// removes.
package struct AtomicDirectory {
  /// Ends the name of what is being written or removed: nothing to keep.
  package static let incompleteSuffix = ".incomplete"
  /// Ends the name of a directory whose successor is about to take its place.
  package static let replacedSuffix = ".replaced"

  private let path: String
  private let calls: any SystemCalls
  /// The files written so far, by name.
  package private(set) var files: [String: FileDigest] = [:]

  private init(path: String, calls: any SystemCalls) {
    self.path = path
    self.calls = calls
  }

  /// Makes or replaces the directory at `path` by one of the files that `body` writes.
  ///
  /// - Throws: `FileError.system` that names the file, or what `body` throws; then what was at `path`
  ///   before is there still.
  /// - Returns: why what was there before could not be removed, which `mend` will do.
  @discardableResult
  package static func write(
    to path: String, calls: any SystemCalls = POSIX(), _ body: (inout AtomicDirectory) throws -> Void
  ) throws -> (any Error)? {
    let temporary = path + incompleteSuffix
    try calls.removeTree(temporary)
    var directory = AtomicDirectory(path: temporary, calls: calls)
    do {
      try calls.perform("create", temporary) { calls.makeDirectory(temporary) }
      try body(&directory)
      try calls.synchronizeDirectory(temporary)
      return try install(temporary, at: path, calls: calls)
    } catch {
      try? calls.removeTree(temporary)
      throw error
    }
  }

  /// Writes the file `name` with what `body` writes.
  package mutating func write(_ name: String, _ body: (inout DurableFile) throws -> Void) throws {
    files[name] = try DurableFile.create(path + "/" + name, calls: calls, body)
  }

  private static func install(
    _ temporary: String, at path: String, calls: any SystemCalls
  ) throws -> (any Error)? {
    let replaced = path + replacedSuffix
    let replaces = try calls.kind(of: path) != nil
    if replaces {
      try calls.removeTree(replaced)
      try calls.perform("rename", path) { calls.rename(path, to: replaced) }
    }
    do {
      try calls.perform("rename", temporary) { calls.rename(temporary, to: path) }
    } catch {
      if replaces { _ = calls.rename(replaced, to: path) }
      throw error
    }
    try calls.synchronizeDirectory(parentDirectory(of: path))
    do {
      if replaces { try remove(replaced, by: temporary, calls: calls) }
      return nil
    } catch {
      return error
    }
  }

  /// Removes the directory at `path`; a crash on the way leaves it whole or recognisably incomplete.
  package static func remove(_ path: String, calls: any SystemCalls) throws {
    try calls.removeTree(path + replacedSuffix)  // or else it would come back in the place of this one
    try remove(path, by: path + incompleteSuffix, calls: calls)
  }

  /// Removes the directory at `path` under the name `temporary`, by which it is known for incomplete.
  private static func remove(_ path: String, by temporary: String, calls: any SystemCalls) throws {
    try calls.removeTree(temporary)
    try calls.perform("remove", path) { calls.rename(path, to: temporary) }
    // Or a crash could leave the old name with some of the files gone.
    try calls.synchronizeDirectory(parentDirectory(of: path))
    try calls.removeTree(temporary)
  }

  /// Puts back or removes what interrupted calls of `write` and `remove` left in the directory `parent`, of
  /// the names that `isOwn` accepts.
  package static func mend(in parent: String, _ isOwn: (String) -> Bool, calls: any SystemCalls) throws {
    for name in try calls.list(parent) {
      let path = parent + "/" + name
      if name.hasSuffix(incompleteSuffix), isOwn(String(name.dropLast(incompleteSuffix.count))) {
        try calls.removeTree(path)
      } else if name.hasSuffix(replacedSuffix), isOwn(String(name.dropLast(replacedSuffix.count))) {
        let original = String(path.dropLast(replacedSuffix.count))
        if try calls.kind(of: original) == nil {
          try calls.perform("rename", path) { calls.rename(path, to: original) }
        } else {
          try calls.removeTree(path)
        }
      }
    }
  }
}
