import Autograd
import CheckpointFaults
import Checkpoints
import Files
import Foundation
import Testing
import Transformer

/// The short form of Tests/Endurance/Mutations, which reads a million.
@Suite("A checkpoint with something wrong in it")
struct MutationTests {
  @Test("is read, or refused by an error that can be shown: never a trap", arguments: 0..<4)
  func readOrRefused(part: UInt64) throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/c"
      let checkpoint = try Samples.checkpoint()
      let moments = checkpoint.model.namedParameters.map { ("exp_avg.\($0.name)", $0.tensor) }
      try AtomicDirectory.writeWithManifest(to: path) { directory in
        try checkpoint.write(into: &directory)
        try OptimizerFile.write(moments, of: checkpoint, into: &directory)
        try directory.write("trainer_state.json") {
          try $0.write(#"{"step": 5, "validation_loss": 1.5, "trainer": {"seed": 1}}"#)
        }
      }
      let names = try names(in: path)
      let files = Dictionary(uniqueKeysWithValues: try names.map { ($0, try contents(path + "/" + $0)) })
      var (readCount, refusedCount) = (0, 0)
      for seed in (part * 1000)..<((part + 1) * 1000) {
        let mutation = Mutation(of: files, seed: seed)
        for (name, bytes) in mutation.changes { try replace(path + "/" + name, with: bytes) }
        do {
          _ = try TrainerState(of: path)
          let read = try Checkpoint(directory: path)
          let state = try OptimizerFile(
            of: path, read.model.config, tensors: moments.map { ($0.0, $0.1.shape) })
          for (name, tensor) in moments { _ = try state.tensor(name, shape: tensor.shape) }
          readCount += 1
        } catch let error as FileError {
          refusedCount += 1
          let text = error.description
          #expect(
            text.utf8.count < 4000 && text.unicodeScalars.allSatisfy(isVisible), "\(seed): \(mutation.description)")
        }
        for name in mutation.changes.keys { try replace(path + "/" + name, with: files[name]) }
      }
      // Some change what does not matter, most what does.
      #expect(readCount > 40 && refusedCount > 500)
    }
  }

  private func replace(_ path: String, with bytes: [UInt8]?) throws {
    if let bytes { try write(bytes, to: path) } else { unlink(path) }
  }
}
