import Randomness

// Samples of the operations with the most forms.

extension Operation {
  var broadcastSamples: [OperationSample] {
    [
      OperationSample("new leading axis", [normal([3])]) { $0[0].broadcast(to: [2, 3]) },
      OperationSample("inner axis", [normal([2, 1, 3])]) { $0[0].broadcast(to: [2, 4, 3]) },
      OperationSample("scalar", [normal([])]) { $0[0].broadcast(to: [2, 2]) },
    ]
  }

  var matmulSamples: [OperationSample] {
    let transpositions = [(false, false), (true, false), (false, true), (true, true)]
    return transpositions.map { transposeA, transposeB in
      let a = normal(transposeA ? [3, 2] : [2, 3])
      let b = normal(transposeB ? [4, 3] : [3, 4], 2)
      return OperationSample("A\(transposeA ? "ᵀ" : "") · B\(transposeB ? "ᵀ" : "")", [a, b]) {
        .matmul($0[0], $0[1], transposeA: transposeA, transposeB: transposeB)
      }
    } + [
      OperationSample("batch", [normal([2, 2, 3]), normal([2, 3, 2], 2)]) { .matmul($0[0], $0[1]) },
      OperationSample("leading axes broadcast", [normal([2, 1, 2, 3]), normal([2, 2, 3], 2)]) {
        .matmul($0[0], $0[1], transposeB: true)
      },
      OperationSample("with itself", [normal([3, 3])]) { .matmul($0[0], $0[0], transposeA: true) },
    ]
  }

  var rotarySamples: [OperationSample] {
    let table = RotaryTable(headWidth: 4, positionCount: 8, elementType: .float64)
    return [
      OperationSample("all heads", [normal([2, 3, 8])]) { $0[0].rotaryEmbedding(table, headCount: 2) },
      OperationSample("some heads, from position 3", [normal([3, 12])]) {
        $0[0].rotaryEmbedding(table, headCount: 2, firstPosition: 3)
      },
    ]
  }

  var attentionSamples: [OperationSample] {
    let forms: [(String, AttentionMask, heads: Int, keyHeads: Int, queries: Int, keys: Int)] = [
      ("unmasked", .none, 2, 2, 3, 3),
      ("causal", .causal, 2, 2, 4, 4),
      ("causal, grouped", .causal, 4, 2, 3, 3),
      ("cross, one key head", .none, 2, 1, 2, 5),
      ("causal, more keys than queries", .causal, 1, 1, 2, 4),
      ("window", .window(2), 1, 1, 5, 5),
      ("window of one", .window(1), 2, 1, 3, 3),
      ("one position", .causal, 1, 1, 1, 1),
    ]
    return forms.map { name, mask, heads, keyHeads, queryLength, keyLength in
      OperationSample(
        name,
        [
          normal([2, queryLength, heads, 2], 1), normal([2, keyLength, keyHeads, 2], 2),
          normal([2, keyLength, keyHeads, 2], 3),
        ]
      ) { .attention(queries: $0[0], keys: $0[1], values: $0[2], mask: mask) }
    } + [
      OperationSample("packed, grouped", [normal([2, 3, 8])]) {
        .attention(packed: $0[0], headCount: 2, keyValueHeadCount: 1, mask: .causal)
      },
      OperationSample("dropout", [normal([1, 4, 6])]) {
        let draw = Dropout(probability: 0.3, key: RandomKey(seed: 9))
        return .attention(packed: $0[0], headCount: 1, keyValueHeadCount: 1, mask: .causal, dropout: draw)
      },
    ]
  }
}
