import Files

extension Manifest {
  /// The files of the checkpoint in `directory` by its manifest, and what is wrong with each that is not as it was
  /// written.
  ///
  /// - Throws: `FileError` where the manifest itself cannot be read.
  package static func damages(in directory: String) throws -> (
    names: [String], byteCount: Int, damages: [FileError]
  ) {
    let manifest = try Manifest(of: directory)
    let names = manifest.files.keys.sorted()
    var damages: [FileError] = []
    for name in names {
      do {
        try manifest.verify(directory, files: [name])
      } catch let error as FileError {
        damages.append(error)
      }
    }
    // Sizes may be any numbers in a file, and overflow.
    let byteCount = manifest.files.values.reduce(0) { $0 &+ $1.byteCount }
    return (names, byteCount, damages)
  }
}
