import Files
import Foundation

/// The least loss that any predictor can expect on the validation part of a corpus that a grammar made, as
/// the file beside the corpus says: `data/fables.json` for `data/fables.txt`.
package enum CorpusFloor {
  /// Nats a character; nil if there is no such file or it says nothing of the kind.
  ///
  /// - Throws: `FileError.system` where the file is there and cannot be read.
  package static func natsPerCharacter(ofCorpus path: String) throws -> Double? {
    let sidecar = URL(fileURLWithPath: path).deletingPathExtension().appendingPathExtension("json").path
    guard try POSIX().kind(of: sidecar, followsLink: true) == .regular, let file = try InputFile.ifPresent(sidecar)
    else { return nil }
    do {
      return try file.json()["entropy_nats_per_character"].number
    } catch let error as FileError {
      if case .system = error { throw error }
      return nil  // a document about something else
    }
  }
}
