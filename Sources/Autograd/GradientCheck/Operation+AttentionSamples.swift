import Randomness

// Samples of attention: every mask, grouping and ratio of lengths, over three tensors and over one that packs them.

extension Operation {
  var attentionSamples: [OperationSample] {
    separateAttentionSamples + packedAttentionSamples + attentionSamplesOfOneTensor
  }

  private var separateAttentionSamples: [OperationSample] {
    let forms: [(String, AttentionMask, heads: Int, keyHeads: Int, queries: Int, keys: Int, scale: Double)] = [
      ("unmasked", .none, 2, 2, 3, 3, 1), ("causal", .causal, 2, 2, 4, 4, 1),
      ("causal, two heads a key head", .causal, 4, 2, 3, 3, 1), ("causal, one key head", .causal, 4, 1, 3, 3, 1),
      ("cross, one key head", .none, 2, 1, 2, 5, 1), ("cross, more queries than keys", .none, 1, 1, 4, 2, 1),
      ("causal, more keys than queries", .causal, 1, 1, 2, 4, 1),
      ("causal, queries that see no key", .causal, 1, 1, 4, 2, 1),
      ("window", .window(2), 1, 1, 5, 5, 1), ("window of one", .window(1), 2, 1, 3, 3, 1),
      ("window of all", .window(4), 1, 1, 4, 4, 1), ("window above all", .window(9), 2, 2, 3, 3, 1),
      ("window, more keys than queries", .window(3), 2, 1, 2, 6, 1),
      ("eleven positions", .causal, 1, 1, 11, 11, 1), ("eleven positions, window", .window(4), 1, 1, 11, 11, 1),
      ("one position", .causal, 1, 1, 1, 1, 1), ("one position, grouped", .none, 4, 2, 1, 1, 1),
      ("one query of many keys", .causal, 2, 1, 1, 6, 1), ("no queries", .none, 1, 1, 0, 3, 1),
      ("sharp", .causal, 2, 2, 3, 3, 3), ("nearly even", .causal, 2, 2, 3, 3, 1e-2),
    ]
    return forms.map { name, mask, heads, keyHeads, queryLength, keyLength, scale in
      OperationSample(
        name,
        [
          normal([1, queryLength, heads, 2], 1, scale: scale), normal([1, keyLength, keyHeads, 2], 2, scale: scale),
          normal([1, keyLength, keyHeads, 2], 3),
        ]
      ) { .attention(queries: $0[0], keys: $0[1], values: $0[2], mask: mask) }
    }
  }

  private var packedAttentionSamples: [OperationSample] {
    let forms: [(String, AttentionMask, heads: Int, keyHeads: Int, [Int], dropout: Double?)] = [
      ("packed", .causal, 2, 2, [2, 3, 12], nil), ("packed, grouped", .causal, 2, 1, [2, 3, 8], nil),
      ("packed, four heads a key head", .causal, 4, 1, [1, 3, 12], nil),
      ("packed, window", .window(2), 2, 1, [1, 5, 8], nil), ("packed, unmasked", .none, 1, 1, [2, 2, 6], nil),
      ("packed, heads of one number", .causal, 1, 1, [1, 3, 3], nil),
      ("packed, one position", .causal, 1, 1, [2, 1, 6], nil), ("packed, no sequences", .causal, 1, 1, [0, 2, 6], nil),
      ("dropout", .causal, 1, 1, [1, 4, 6], 0.3), ("dropout, window", .window(2), 2, 1, [1, 4, 8], 0.5),
    ]
    return forms.map { name, mask, heads, keyHeads, shape, probability in
      OperationSample(name, [normal(shape)]) {
        .attention(
          packed: $0[0], headCount: heads, keyValueHeadCount: keyHeads, mask: mask,
          dropout: probability.map { Dropout(probability: $0, key: RandomKey(seed: 9)) })
      }
    }
  }

  private var attentionSamplesOfOneTensor: [OperationSample] {
    [
      OperationSample("one tensor thrice", [normal([2, 3, 1, 2])]) {
        .attention(queries: $0[0], keys: $0[0], values: $0[0], mask: .causal)
      },
      OperationSample("a scale of one's own", [normal([1, 3, 2, 2]), normal([1, 3, 2, 2], 2)]) {
        .attention(queries: $0[0], keys: $0[1], values: $0[1], mask: .causal, scale: 0.3)
      },
      OperationSample("batch, two layers", [normal([2, 3, 2, 2]), normal([2, 3, 1, 2], 2)]) {
        let y = Tensor.attention(queries: $0[0], keys: $0[1], values: $0[1], mask: .causal)
        return .attention(queries: y, keys: $0[1], values: $0[1], mask: .window(2))
      },
    ]
  }
}
