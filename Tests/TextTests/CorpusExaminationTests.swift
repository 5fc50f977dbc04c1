import Testing
import Text

@Suite("What a text is like") struct CorpusExaminationTests {
  private func examination(_ training: String, _ validation: String) throws -> CorpusExamination {
    CorpusExamination(try Corpus(training + validation), trainingCount: training.unicodeScalars.count)
  }

  @Test("line ends are counted by kind")
  func lineEnds() throws {
    let examination = try examination("a\nb\r\nc\rd\r\r\n", "\n\r")
    #expect((examination.lineFeeds, examination.pairs, examination.carriageReturns) == (2, 2, 3))
  }

  @Test("accents of their own count where the letter with the accent is a character too")
  func accents() throws {
    // x with an acute, a second accent on a letter, and Hangul have no such form, or need none.
    let examination = try examination("e\u{301}e\u{301} \u{E9} x\u{301} \u{D55C}", "\u{C5}\u{212B}")
    #expect((examination.composed, examination.decomposed) == (3, 2))
  }

  @Test("characters that the training split lacks are named, and rare ones counted over both")
  func rare() throws {
    let examination = try examination("aaaabbbbb", "aczz")
    #expect(examination.onlyInValidation.map(\.scalar) == ["c", "z"])
    #expect(examination.onlyInValidation.map(\.count) == [1, 2])
    #expect(examination.rareCount == 2)
  }

  @Test("control and invisible characters are told apart from tabs, line ends and spaces")
  func invisible() throws {
    let examination = try examination("\0\t\n\r \u{1B}\u{A0}\u{200D}", "\u{FFFD}\u{E000}a")
    #expect(examination.controls.map(\.scalar) == ["\0", "\u{1B}"])
    #expect(examination.invisible.map(\.scalar) == ["\u{A0}", "\u{200D}", "\u{E000}", "\u{FFFD}"])
  }

  /// A text that repeats nowhere: numbers in ascending order.
  private func numbers(_ range: Range<Int>) -> String { range.map { "\($0 + 100_000) " }.joined() }

  @Test("windows of the validation split are found wherever in the training split they stand, and no others")
  func repetition() throws {
    // A window is 50 characters and a number 7: of 350 characters, which are 50 numbers, 7 windows.
    let training = numbers(0..<5_000)
    let nothing = try #require(try examination(training, numbers(6_000..<6_050)).repetition)
    #expect((nothing.windowCount, nothing.repeatedCount) == (7, 0))
    for start in [0, 1, 2_717, 4_950] {
      let all = try #require(try examination(training, numbers(start..<start + 50)).repetition)
      #expect((all.windowCount, all.repeatedCount) == (7, 7), "\(start)")
    }
    // Three numbers are others, from the 70th character to the 90th: they spoil the second window.
    let some = numbers(100..<110) + numbers(7_000..<7_003) + numbers(113..<150)
    let part = try #require(try examination(training, some).repetition)
    #expect((part.windowCount, part.repeatedCount) == (7, 6))
  }

  @Test("a long text is searched in parts, at whose limits nothing is lost")
  func longText() throws {
    let training = numbers(0..<300_000)  // more than 2²⁰ characters
    let repetition = try #require(try examination(training, numbers(100_000..<120_000)).repetition)
    #expect((repetition.windowCount, repetition.repeatedCount) == (2_800, 2_800))
  }

  @Test("texts shorter than a window have no repetition to tell")
  func short() throws {
    #expect(try examination(numbers(0..<50), "short").repetition == nil)
    #expect(try examination("short", numbers(0..<50)).repetition == nil)
  }
}
