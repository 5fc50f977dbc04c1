import CRandom
import Testing

/// Philox4x32-10 against the known answers that Random123 ships (kat_vectors).
@Suite struct PhiloxTests {
  struct KnownAnswer: Sendable {
    var key: (UInt32, UInt32)
    var counter: (UInt32, UInt32, UInt32, UInt32)
    var words: [UInt32]
  }

  static let knownAnswers = [
    KnownAnswer(
      key: (0, 0), counter: (0, 0, 0, 0), words: [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
    KnownAnswer(
      key: (.max, .max), counter: (.max, .max, .max, .max),
      words: [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
    KnownAnswer(
      key: (0xa409_3822, 0x299f_31d0), counter: (0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
      words: [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]),
  ]

  @Test("a block equals Random123's", arguments: knownAnswers)
  func knownAnswer(_ known: KnownAnswer) {
    let block = cr_philox(cr_key(word: known.key), cr_block(word: known.counter))
    #expect([block.word.0, block.word.1, block.word.2, block.word.3] == known.words)
  }
}
