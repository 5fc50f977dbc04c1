/// What was found of one thing that a run has on disk: a checkpoint, a link, the record of its steps.
package struct Finding: Sendable, Equatable {
  /// What was looked at, as it is called in the run's directory.
  package let name: String
  /// What it holds, in words.
  package var summary = ""
  /// All that is wrong with it; none where it is sound.
  package var problems: [String] = []
  /// What is worth knowing and no fault.
  package var notes: [String] = []

  init(_ name: String) {
    self.name = name
  }

  /// Whether nothing is wrong with it.
  package var isSound: Bool { problems.isEmpty }
}
