import Fables
import Files

/// The corpus that commands take where no text is named.
enum BundledCorpus {
  /// Where it is: in the folder that the program is run in.
  static let path = "data/fables.txt"

  /// Writes the corpus from its grammar where `path` names it and it is not there; `say` is told.
  ///
  /// - Throws: `FileError` where it cannot be written; `UsageError` where something else is in its way.
  static func provide(_ path: String, say: (String) -> Void) throws {
    guard path == Self.path, try POSIX().kind(of: path, followsLink: true) == nil else { return }
    let usual = CorpusCommand()
    let files = try FableFiles(FableCorpus(seed: usual.seed, byteCount: usual.byteCount), path: path)
    _ = try POSIX().makeDirectories(parentDirectory(of: path))
    try files.write(overwriting: false, waysOut: "move it away, or name a text")
    say("\(path) was not in this folder, and is now: written from its grammar (\(invocation()) corpus fables).")
  }
}
