import Autograd
import Checkpoints
import Files
import Foundation
import Optimizers
import Text
import Transformer

/// A checkpoint read whole.
struct CheckpointVerification {
  /// What was found.
  private(set) var finding: Finding
  /// The checkpoint, where nothing is wrong with it and it says where its run stood.
  private(set) var saved: SavedCheckpoint?

  private let path: String

  /// Reads the checkpoint at `path`, which is called `name`.
  ///
  /// - Parameter step: the one that its name says; nil where it stands alone.
  init(_ path: String, name: String, step: Int?) {
    self.path = path
    finding = Finding(name)
    noteProblems { try $0.examine(step: step) }
    if !finding.isSound { saved = nil }
  }

  /// Does `body`, and notes what it throws as a problem.
  private mutating func noteProblems(_ body: (inout Self) throws -> Void) {
    do {
      try body(&self)
    } catch {
      finding.problems.append("\(error)".replacing(path + "/", with: ""))
    }
  }

  private mutating func examine(step: Int?) throws {
    // One that stands alone may be another program's, which writes no manifest.
    if try step != nil || POSIX().kind(of: path + "/manifest.json") != nil {
      let (names, byteCount, damages) = try Manifest.damages(in: path)
      finding.summary = "\(counted(names.count, "file")), \(counted(byteCount, "byte"))"
      for damage in damages { noteProblems { _ in throw damage } }
      guard damages.isEmpty else { return }
    }
    let checkpoint = try Checkpoint(directory: path)
    finding.notes += checkpoint.notes
    guard try POSIX().kind(of: path + "/" + TrainerState.name) != nil else {
      finding.notes.append("it holds a model without the state of its training, so it cannot be resumed")
      return
    }
    noteProblems { try $0.examineState(of: checkpoint, step: step) }
  }

  private mutating func examineState(of checkpoint: Checkpoint, step: Int?) throws {
    let state = try TrainerState(of: path)
    if let step, state.step != step {
      finding.problems.append("\(TrainerState.name): step \(state.step), where the directory's name says \(step)")
    }
    if let loss = state.validationLoss, !loss.isFinite {
      finding.problems.append("\(TrainerState.name): the validation loss is \(loss)")
    }
    let recipe = try RunState(state).recipe
    if recipe.config(vocabularySize: checkpoint.tokenizer.vocabularySize) != checkpoint.model.config {
      finding.problems.append("config.json: not the model of the recipe in \(TrainerState.name)")
    }
    saved = SavedCheckpoint(step: state.step, path: path, validationLoss: state.validationLoss)
    let loss = state.validationLoss.map { String(format: ", validation loss %.4f", $0) } ?? ""
    finding.summary = "step \(grouped(state.step))\(loss), " + finding.summary
    noteProblems { try $0.examineOptimizer(of: checkpoint, recipe.options) }
  }

  private mutating func examineOptimizer(of checkpoint: Checkpoint, _ options: TrainingOptions) throws {
    let model = checkpoint.model
    let optimizer = options.optimizer.makeOptimizer(of: model, options)
    let expected = optimizer.namedState.map { (name: $0.name, shape: $0.tensor.shape) }
    let file = try OptimizerFile(of: path, model.config, tensors: expected)
    for (name, shape) in expected {
      noteProblems { verification in
        let tensor = try file.tensor(name, shape: shape)
        if name.hasPrefix("exp_avg_sq."), tensor.floats.contains(where: { $0 < 0 }) {
          verification.finding.problems.append("optimizer.safetensors: \(name), a mean of squares, has negative values")
        }
      }
    }
  }
}

extension TrainerState {
  /// The name of its file.
  fileprivate static let name = "trainer_state.json"
}
