/// What options of ours are called elsewhere: in nanoGPT, llama.cpp, transformers and on most command lines. Whoever
/// types such a name is told ours.
enum FamiliarNames {
  /// Ours, the likeliest first: which of them a command has, decides.
  private static let table: [String: [String]] = [
    "n": ["max-new-tokens", "max-iters", "steps", "size", "elements"],
    "o": ["out", "output"],
    "p": ["prompt", "preset"],
    "t": ["temperature", "threads"],
    "j": ["threads", "json"],
    "k": ["top-k", "keep"],
    "s": ["seed"],
    "c": ["config", "block-size", "checkpoint"],
    "b": ["batch-size"],
    "e": ["max-iters"],
    "f": ["overwrite"],
    "i": ["prompt"],
    "m": ["checkpoint", "preset"],
    "start": ["prompt"],
    "input": ["prompt", "text"],
    "model": ["checkpoint", "preset"],
    "temp": ["temperature"],
    "length": ["max-new-tokens"], "tokens": ["max-new-tokens"], "n-predict": ["max-new-tokens"],
    "max-tokens": ["max-new-tokens"], "max-length": ["max-new-tokens"], "num-tokens": ["max-new-tokens"],
    "number": ["num-samples"], "count": ["num-samples"], "num-return-sequences": ["num-samples"],
    "repeat-penalty": ["repetition-penalty"],
    "epochs": ["max-iters"], "iterations": ["max-iters"], "iters": ["max-iters"], "steps": ["max-iters"],
    "max-steps": ["max-iters"], "num-steps": ["max-iters"], "num-train-epochs": ["max-iters"],
    "layers": ["n-layer"], "heads": ["n-head"], "width": ["n-embd"], "dim": ["n-embd"], "d-model": ["n-embd"],
    "context": ["block-size"], "context-length": ["block-size"], "ctx-size": ["block-size"], "n-ctx": ["block-size"],
    "seq-len": ["block-size"], "sequence-length": ["block-size"],
    "output-dir": ["out"], "force": ["overwrite"], "continue": ["resume"], "init-from": ["resume"],
    "dtype": ["precision"], "log-interval": ["eval-interval"],
  ]

  /// The name among `names` that whoever typed `name` is likely to mean; nil if the table has none.
  static func name(for name: String, among names: [String]) -> String? {
    table[name]?.first { names.contains($0) }
  }
}
