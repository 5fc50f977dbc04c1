import Files
import Foundation

/// The least loss that any predictor can expect on the validation part of a corpus that a grammar made, as
/// the file beside the corpus says: `data/fables.json` for `data/fables.txt`.
package enum CorpusFloor {
  /// Nats a character; nil if there is no such file or it says nothing of the kind.
  package static func natsPerCharacter(ofCorpus path: String) -> Double? {
    let sidecar = URL(fileURLWithPath: path).deletingPathExtension().appendingPathExtension("json")
    guard let bytes = try? Data(contentsOf: sidecar),
      let document = try? JSON(parsing: Array(bytes), from: sidecar.path)
    else { return nil }
    return try? JSONField(document, in: sidecar.path)["entropy_nats_per_character"].number
  }
}
