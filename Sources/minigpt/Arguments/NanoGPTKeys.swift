import Files

/// The keys of nanoGPT's configuration that mean nothing here: where and how its program computes, and what it reports to.
/// A configuration of its may be kept as it is.
enum NanoGPTKeys {
  private enum Value: Equatable {
    /// Whatever it says.
    case any
    /// What is so here without being said; another value would ask for what there is not.
    case only(JSON)
  }

  private static let table: [String: Value] = [
    "wandb-log": .any, "wandb-project": .any, "wandb-run-name": .any, "compile": .any, "device": .any, "dtype": .any,
    "backend": .any, "dataset": .any, "always-save-checkpoint": .any, "eval-only": .only(false),
    "init-from": .only("scratch"), "decay-lr": .only(true),
  ]

  /// Whether a key called `name`, with hyphens, is of no consequence with this value.
  static func ignores(_ name: String, _ value: JSON?) -> Bool {
    switch table[name] {
    case .any: true
    case .only(let harmless): value == harmless
    case nil: false
    }
  }
}
