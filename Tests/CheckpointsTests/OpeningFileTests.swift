import Checkpoints
import Files
import Foundation
import Testing
import Text

@Suite("A checkpoint's opening")
struct OpeningFileTests {
  private static let size = Samples.tokenizer.vocabularySize
  private static let counts = (0..<size).map { 1_000_000 * $0 }

  private func withCheckpoint(_ opening: OpeningTokens?, _ body: (String) throws -> Void) throws {
    try withTemporaryDirectory { path in
      let model = try Samples.checkpoint().model
      try Checkpoint(model: model, tokenizer: Samples.tokenizer, opening: opening).write(to: path + "/c")
      try body(path + "/c")
    }
  }

  @Test("comes back as it was, in a file of its own beside which all others are as without")
  func roundTrip() throws {
    try withCheckpoint(nil) { plain in
      #expect(try Checkpoint(directory: plain).opening == nil)
      try withCheckpoint(OpeningTokens(counts: Self.counts)) { path in
        #expect(try Checkpoint(directory: path).opening?.counts == Self.counts)
        #expect(try Set(names(in: path)).subtracting(names(in: plain)) == ["opening.json"])
        for name in try names(in: plain) where name != "manifest.json" {
          let isSame = try contents(plain + "/" + name) == contents(path + "/" + name)
          #expect(isSame, "\(name)")
        }
      }
    }
  }

  @Test("is held against the manifest, and not taken from elsewhere")
  func manifest() throws {
    try withCheckpoint(OpeningTokens(counts: Self.counts)) { path in
      let file = path + "/opening.json"
      var bytes = try contents(file)
      bytes[bytes.count - 4] ^= 1
      try write(bytes, to: file)
      #expect(try fileError { _ = try Checkpoint(directory: path) }.description.contains("opening.json: altered"))
      try FileManager.default.removeItem(atPath: file)
      let error = try fileError { _ = try Checkpoint(directory: path) }
      #expect(error.description.contains("opening.json: not found; the manifest lists it"))
    }
    try withCheckpoint(nil) { path in
      try write(Array(#"{"token_counts":[1]}"#.utf8), to: path + "/opening.json")
      let error = try fileError { _ = try Checkpoint(directory: path) }
      #expect(error.description.contains("opening.json: not found; the checkpoint was written without it"))
    }
  }

  @Test(
    "that is none is refused with its place",
    arguments: [
      ("[]", "token_counts: expected an array, found nothing"),
      (#"{"token_counts":[1]}"#, "token_counts: 1 counts, where the vocabulary has "),
      (#"{"token_counts":\#(counts.map { _ in 0 })}"#, "token_counts: every count is 0"),
      (#"{"token_counts":\#(counts.map { $0 == 0 ? -1 : 1 })}"#, "token_counts[0]: expected an integer from 0"),
      (#"{"token_counts":\#(counts.map { Double($0) + 0.5 })}"#, "token_counts[0]: expected an integer from 0"),
    ])
  func hostile(document: String, reason: String) throws {
    try withCheckpoint(nil) { path in
      // As a tool that keeps no manifest would leave it.
      try FileManager.default.removeItem(atPath: path + "/manifest.json")
      try write(Array(document.utf8), to: path + "/opening.json")
      let error = try fileError { _ = try Checkpoint(directory: path) }
      #expect(error.description.contains("opening.json: \(reason)"), "\(error)")
    }
  }
}
