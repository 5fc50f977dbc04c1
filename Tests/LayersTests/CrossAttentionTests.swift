import Autograd
import Foundation
import Layers
import Optimizers
import Randomness
import Testing

@Suite("An encoder and a decoder")
struct CrossAttentionTests {
  private static let (letters, length, batchSize) = (6, 5, 32)

  /// Random strings, their reversals, and these shifted by one, as the decoder reads them.
  private func batch(_ step: Int) -> (text: [Int32], reversed: [Int32], answer: [Int32]) {
    let key = RandomKey(seed: 7).derived(by: UInt64(step))
    let count = Self.batchSize * Self.length
    let text = (0..<count).map { Int32(key.index(at: UInt64($0), below: Self.letters)) }
    let reversed = stride(from: 0, to: count, by: Self.length).flatMap { text[$0..<($0 + Self.length)].reversed() }
    let answer = reversed.indices.map { $0 % Self.length == 0 ? Int32(Self.letters) : reversed[$0 - 1] }
    return (text, reversed, answer)
  }

  #if !DEBUG  // a minute without optimisation
    @Test("learn to write strings backwards that they have not seen, looking where the letter is")
    func reversal() {
      var model = Reverser(letterCount: Self.letters, length: Self.length, width: 32, key: RandomKey(seed: 3))
      var optimizer = AdamW(model, learningRate: 3e-3)
      for step in 0..<400 {
        let (text, reversed, answer) = batch(step)
        let (_, gradients) = model.valueAndGradients { model in
          crossEntropy(
            logits: model(text, answer: answer, batchSize: Self.batchSize).reshaped(to: [-1, Self.letters]),
            targets: reversed)
        }
        optimizer.update(&model, with: gradients)
      }

      let (text, reversed, answer) = batch(1 << 20)
      var weights = Tensor(0)
      let probe = Probe(at: [.attentionWeights(layer: 0)]) { x, _ in
        weights = x.mean(axes: [0, 1])  // [T, T]
        return x
      }
      let logits = model(text, answer: answer, batchSize: Self.batchSize, probe: probe).scalars
      let written = stride(from: 0, to: logits.count, by: Self.letters).map { start in
        (0..<Self.letters).max { logits[start + $0] < logits[start + $1] }.map(Int32.init)
      }
      // 160 letters; a model that guesses has a sixth of them right.
      #expect(zip(written, reversed).count { $0 == $1 } >= 158)
      // Letter t of the answer is letter T − 1 − t of the text: the alignment is the other diagonal.
      for place in 0..<Self.length {
        let row = weights[place].scalars
        #expect(row.indices.max { row[$0] < row[$1] } == Self.length - 1 - place, "\(place): \(row)")
      }
    }

  #endif

  @Test("take at most forty lines of library code")
  func lines() throws {
    let source = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Reverser.swift")
    let code = try String(contentsOf: source, encoding: .utf8).split(separator: "\n").filter { line in
      let text = line.trimmingPrefix(/\s*/)
      return !text.isEmpty && !text.hasPrefix("//") && !text.hasPrefix("import")
    }
    #expect(code.count <= 40)
  }
}
