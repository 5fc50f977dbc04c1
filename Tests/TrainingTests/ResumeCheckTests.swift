import Checkpoints
import Foundation
import Testing
import Text
import Training

@Suite("The resume check")
struct ResumeCheckTests {
  @Test("says where files begin to differ, and that one is missing")
  func comparisons() throws {
    try withTemporaryDirectory { path in
      for (name, files) in [
        "a": ["same": "text", "changed": "abcdef", "longer": "abc", "missing": "x"],
        "b": ["same": "text", "changed": "abXdef", "longer": "abcd"],
      ] {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
        for (file, text) in files { try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)/\(file)")) }
      }
      let found = try ResumeCheck.comparisons(path + "/a", path + "/b")
      #expect(found.map(\.file) == ["changed", "longer", "missing", "same"])
      #expect(found.map(\.firstDifference) == [2, 3, 0, nil])
      #expect(found.map(\.byteCount) == [6, 3, 1, 4])
    }
  }

  @Test("stops when it is asked to, and has nothing to say then")
  func stopped() throws {
    try withTemporaryDirectory { path in
      let directory = RunDirectory(path + "/run")
      var run = try TrainingRun(smallRecipe(), corpus: smallText, in: directory)
      _ = try run.train(onEvent: { _ in })
      let last = SavedCheckpoint(step: 12, path: directory.checkpointPath(step: 12), validationLoss: nil)
      let check = try ResumeCheck(of: last, corpus: Corpus(smallText), steps: 4)
      #expect(check.steps == 13...16)
      #expect(check.stop == 14)
      var done = 0
      #expect(
        try check.run(in: path + "/copies", onStep: { done = max(done, $0 + 0 * $1) }, shouldStop: { done > 5 }) == nil)
      #expect(done < 8)
    }
  }
}
