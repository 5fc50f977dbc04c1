import Randomness
import Testing

@Suite struct RandomKeyTests {
  /// The known answers of Random123 1.14, file kat_vectors, philox4x32 with 10 rounds.
  static let knownAnswers: [(key: UInt64, counter: SIMD4<UInt32>, words: SIMD4<UInt32>)] = [
    (0, SIMD4(repeating: 0), [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8]),
    (.max, SIMD4(repeating: .max), [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD]),
    (
      0x299F_31D0_A409_3822, [0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344],
      [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1]
    ),
  ]

  @Test("blocks are Random123's known answers", arguments: knownAnswers.indices)
  func blocksMatchRandom123(index: Int) {
    let answer = Self.knownAnswers[index]
    #expect(RandomKey(seed: answer.key).block(at: answer.counter) == answer.words)
  }

  @Test("bits are the first two words of the block, lowest first")
  func bitsAreTheFirstWords() {
    #expect(RandomKey(seed: 0).bits(at: 0) == 0xE169_C58D_6627_E8D5)
    let block = RandomKey(seed: 7).block(at: [0x89AB_CDEF, 0x0123_4567, 0, 0])
    #expect(RandomKey(seed: 7).bits(at: 0x0123_4567_89AB_CDEF) == UInt64(block[1]) << 32 | UInt64(block[0]))
  }

  @Test("deriving along a path is deriving step by step, and the empty path leads nowhere")
  func derivationFollowsThePath() {
    let key = RandomKey(seed: 1337)
    #expect(key.derived(by: 3, 5) == key.derived(by: 3).derived(by: 5))
    #expect(key.derived(by: 3, 5) != key.derived(by: 5, 3))
    #expect(key.derived() == key)
    let large = [key.derived(by: 1 << 32), key.derived(by: .max)]
    let family = [key] + large + (0..<1000).map { key.derived(by: $0) }
    #expect(Set(family).count == family.count)
  }

  @Test("a derived key is not among the draws of the key that it comes from")
  func derivedKeysAreNotDraws() {
    let key = RandomKey(seed: 1337)
    #expect((0..<100).allSatisfy { RandomKey(seed: key.bits(at: $0)) != key.derived(by: $0) })
  }

  @Test("draws under neighbouring seeds, derived keys and counters are independent")
  func drawsAreIndependent() {
    let key = RandomKey(seed: 1)
    let pairs: [(RandomKey, RandomKey, offset: UInt64)] = [
      (key, RandomKey(seed: 2), 0), (key, key.derived(by: 0), 0),
      (key.derived(by: 0), key.derived(by: 1), 0), (key.derived(by: 1, 2), key.derived(by: 2, 1), 0),
      (key, key, 1),
    ]
    for (first, second, offset) in pairs {
      var counts = [Int](repeating: 0, count: 256)
      for counter in UInt64(0)..<25_600 {
        counts[first.index(at: counter, below: 16) * 16 + second.index(at: counter + offset, below: 16)] += 1
      }
      expectUniform(counts)
    }
  }
}
