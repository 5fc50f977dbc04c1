import Files

/// The files of a checkpoint with their sizes and SHA-256 hashes: `manifest.json`, written last.
///
///     {"format": "minigpt", "version": 1, "files": {"config.json": {"bytes": 812, "sha256": "…"}, …}}
package struct Manifest: Equatable {
  static let fileName = "manifest.json"
  private static let format = "minigpt"
  private static let version = 1

  /// By name; the manifest itself is not among them.
  var files: [String: FileDigest] = [:]

  /// Names in ascending order, so that equal checkpoints have equal manifests.
  var json: JSON {
    let entries = files.sorted { $0.key < $1.key }.map { name, digest in
      JSON.Member(name: name, value: ["bytes": .integer(digest.byteCount), "sha256": .string(digest.sha256)])
    }
    return ["format": .string(Self.format), "version": .integer(Self.version), "files": .object(entries)]
  }
}

extension AtomicDirectory {
  /// Makes or replaces the directory at `path` as `write(to:)` does, with a manifest of the files that `body` writes.
  @discardableResult
  package static func writeWithManifest(
    to path: String, calls: any SystemCalls = POSIX(), _ body: (inout AtomicDirectory) throws -> Void
  ) throws -> (any Error)? {
    try write(to: path, calls: calls) { directory in
      try body(&directory)
      let manifest = Manifest(files: directory.files)
      try directory.write(Manifest.fileName) { try $0.write(manifest.json.pretty + "\n") }
    }
  }
}

extension Manifest {
  /// The manifest of the checkpoint in `directory`.
  ///
  /// - Throws: `FileError`: there is none, it is no manifest, or it is of a later version.
  package init(of directory: String, calls: any SystemCalls = POSIX()) throws {
    let path = directory + "/" + Self.fileName
    let remedy = "a checkpoint has one; take another checkpoint of the run"
    let document = try InputFile(path, ifMissing: remedy, calls: calls).json()
    guard try document["format"].string == Self.format else {
      throw document["format"].failure("expected \"\(Self.format)\": this is the manifest of something else")
    }
    let version = try document["version"].integer
    guard version == Self.version else {
      throw FileError.unsupported(
        file: path, reason: "version \(version) of the format; this program reads version \(Self.version)")
    }
    for (name, entry) in try document["files"].members {
      // A name is opened: it must not lead out of the directory.
      guard name.isPlainFileName else {
        throw entry.failure("not the name of a file in a checkpoint")
      }
      files[name] = FileDigest(
        byteCount: try entry["bytes"].integer(in: 0...Int.max), sha256: try entry["sha256"].string)
    }
  }

  /// Holds the files `names` in `directory`, or all that the manifest lists, against the manifest.
  ///
  /// - Throws: `FileError` that names the first file that is missing, truncated or altered.
  package func verify(
    _ directory: String, files names: [String]? = nil, calls: any SystemCalls = POSIX()
  ) throws {
    for name in names ?? files.keys.sorted() {
      let path = directory + "/" + name
      guard let expected = files[name] else {
        throw FileError.missing(
          path: path, remedy: "the checkpoint was written without it; take another checkpoint of the run")
      }
      guard try file(at: path, as: expected, calls).sha256() == expected.sha256 else {
        throw FileError.damaged(
          file: path, reason: "altered: its SHA-256 is not the one in the manifest")
      }
    }
  }

  /// Holds the sizes of all files in `directory` against the manifest, which takes no time.
  ///
  /// - Throws: `FileError` that names the first file that is missing or has another size.
  package func verifySizes(in directory: String, calls: any SystemCalls = POSIX()) throws {
    for (name, expected) in files.sorted(by: { $0.key < $1.key }) {
      _ = try file(at: directory + "/" + name, as: expected, calls)
    }
  }

  /// Opens the file at `path`, which must be of the size that is `expected`.
  private func file(at path: String, as expected: FileDigest, _ calls: any SystemCalls) throws -> InputFile {
    let file = try InputFile(
      path, ifMissing: "the manifest lists it; take another checkpoint of the run", calls: calls)
    guard file.byteCount == expected.byteCount else {
      let reason = file.byteCount < expected.byteCount ? "truncated" : "altered"
      throw FileError.damaged(
        file: path, reason: "\(reason): \(file.byteCount) bytes, \(expected.byteCount) in the manifest")
    }
    return file
  }
}
