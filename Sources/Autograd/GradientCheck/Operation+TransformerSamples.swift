import Randomness

// Samples of the transformer's own operations, and of one that a user might add.

extension Operation {
  var layerNormSamples: [OperationSample] {
    [
      OperationSample("rows", [normal([3, 5]), normal([5], 2), normal([5], 3)]) {
        .layerNorm($0[0], gain: $0[1], bias: $0[2])
      },
      OperationSample("leading axes", [normal([2, 2, 4]), normal([4], 2), normal([4], 3)]) {
        .layerNorm($0[0], gain: $0[1], bias: $0[2], epsilon: 0.1)
      },
    ]
  }

  var embeddingSamples: [OperationSample] {
    [
      OperationSample("an id repeats, one is missing", [normal([4, 3])]) {
        .embedding([2, 0, 2, 2, 1], table: $0[0])
      },
      OperationSample("no ids", [normal([2, 3])]) { .embedding([], table: $0[0]) },
    ]
  }

  var dropoutSamples: [OperationSample] {
    [
      OperationSample("p = 0.4", [normal([3, 7])]) {
        $0[0].dropout(Dropout(probability: 0.4, key: RandomKey(seed: 5)))
      },
      OperationSample("p = 0", [normal([5])]) { $0[0].dropout(Dropout(probability: 0, key: RandomKey(seed: 5))) },
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

  var linearCrossEntropySamples: [OperationSample] {
    [
      OperationSample("every row scored", [normal([4, 3]), normal([5, 3], 2)]) {
        .linearCrossEntropy($0[0], weight: $0[1], targets: [0, 4, 2, 2])
      },
      OperationSample("rows left out", [normal([4, 3]), normal([5, 3], 2)]) {
        .linearCrossEntropy($0[0], weight: $0[1], targets: [-1, 4, 2, -1]) * 3
      },
    ]
  }

  var customSamples: [OperationSample] {
    [
      OperationSample("a cube", [normal([2, 3])]) {
        .operation("cube", $0) { inputs in
          let x = inputs[0]
          return (x * x * x, { dy in [3 * dy * x * x] })
        }
      }
    ]
  }
}
