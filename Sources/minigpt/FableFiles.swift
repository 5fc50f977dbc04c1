import Fables
import Files
import Foundation

/// A corpus of fables as files: the text, and beside it how it was made.
struct FableFiles {
  /// Where the text goes, and the .json file beside it.
  let path, sidecarPath: String
  /// What is written.
  let corpus: FableCorpus

  /// The files of `corpus` with the text at `path`.
  ///
  /// - Throws: `UsageError.conflict` where the text has the name of the file beside it.
  init(_ corpus: @autoclosure () -> FableCorpus, path: String) throws(UsageError) {
    let file = URL(fileURLWithPath: path)
    let sidecar = file.deletingPathExtension().appendingPathExtension("json").relativePath
    guard sidecar != file.relativePath else {
      let reason = "a .json file is written beside the text; give a name like fables.txt"
      throw UsageError.conflict("\(path): \(reason).")
    }
    (self.path, sidecarPath, self.corpus) = (path, sidecar, corpus())
  }

  /// Writes both.
  ///
  /// - Parameter waysOut: what a person who is told of the conflict may do.
  /// - Throws: `UsageError.conflict` where one of them is there with other contents that are not to be replaced;
  ///   `FileError` where one cannot be written.
  func write(overwriting: Bool, waysOut: String) throws {
    let files = [(path: path, content: corpus.text), (path: sidecarPath, content: corpus.sidecar)]
    for file in files { try requirePlain(file.path) }
    for file in files where !overwriting { try requireFree(file.path, for: file.content, waysOut) }
    for file in files { try DurableFile.replace(file.path) { try $0.write(file.content) } }
  }

  private func requirePlain(_ path: String) throws {
    guard let kind = try POSIX().kind(of: path), kind != .regular else { return }
    throw UsageError.conflict("\(path) is there and is no plain file.")
  }

  private func requireFree(_ path: String, for content: String, _ waysOut: String) throws {
    guard try POSIX().kind(of: path) != nil, FileManager.default.contents(atPath: path) != Data(content.utf8) else {
      return
    }
    throw UsageError.conflict("\(path) holds something else: \(waysOut).")
  }
}
