// The logits of CHECKPOINT for the first windows of TEXT, which parity.py holds against transformers':
// float32, [windows, T, V], to standard output. A text shorter than the context is one window.

import Autograd
import Checkpoints
import Foundation
import Text
import Transformer

let arguments = CommandLine.arguments.dropFirst()
guard arguments.count == 3, let mostWindows = Int(arguments[3]) else {
  FileHandle.standardError.write(Data("usage: Logits CHECKPOINT TEXT WINDOWS\n".utf8))
  exit(2)
}
let checkpoint = try Checkpoint(directory: arguments[1])
let tokens = try checkpoint.tokenizer.encode(Corpus(path: arguments[2]).text)
let length = min(checkpoint.model.config.contextLength, tokens.count)
let windows = min(mostWindows, tokens.count / length)
let logits = checkpoint.model.logits(Array(tokens.prefix(windows * length)), batchSize: windows)
FileHandle.standardOutput.write(logits.floats.withUnsafeBytes { Data($0) })
