import Autograd
import Foundation
import Text
import Transformer

// What the first token of a text is drawn from, where there is neither a prompt nor a line break to begin after.

extension OpeningTokens {
  /// The logarithms of how often tokens occur, [V]: their logits where nothing is before them.
  var logits: [Float] { counts.map { Float(log(Double($0))) } }
}

extension GPT {
  /// The logits of a token of which nothing is known, [V]: log(Σ p(token | c) / V) over contexts c of any single token.
  ///
  /// A model gives hardly any probability to what it has hardly seen, also after such a token.
  var logitsAnywhere: [Float] {
    let size = config.vocabularySize
    var sums = [Double](repeating: 0, count: size)
    for start in stride(from: 0, to: size, by: 256) {
      let contexts = Array(Int32(start)..<Int32(min(start + 256, size)))
      let probabilities = logits(contexts, batchSize: contexts.count).softmax().floats  // [B, 1, V]
      for (place, probability) in probabilities.enumerated() { sums[place % size] += Double(probability) }
    }
    return sums.map { Float(log($0 / Double(size))) }
  }
}
