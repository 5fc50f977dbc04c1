import Fables
import Testing

@Suite struct CheckerTests {
  @Test("the grammar's own fables and sentences are all accepted")
  func own() {
    let report = FableChecker().report(on: FableWriter().text(seed: 8, byteCount: 50_000))
    #expect(report.refusals.isEmpty)
    #expect(report.fables.total > 100)
    #expect(report.fables.fraction == 1)
    #expect(report.sentences.total == 6 * report.fables.total)
    #expect(report.sentences.fraction == 1)
  }

  @Test(
    "what disagrees with what came before costs the fable, though each sentence is one",
    arguments: [
      ("wished him", "wished her"), ("tired too", "late too"), ("But Fern", "But Nell"),
      ("the Bear", "the Crow"), ("who walks past will be passed by", "kindness has a long memory"),
    ])
  func disagreeing(original: String, altered: String) {
    let report = FableChecker().report(on: fable.replacing(original, with: altered))
    #expect(report.fables.accepted == 0 && report.fables.total == 1)
    #expect(report.sentences.accepted == 6 && report.sentences.total == 6)
  }

  @Test(
    "what is no sentence of the grammar costs the sentence too",
    arguments: [
      ("a chain", "a cheese"), ("Rufus got", "Rufus gets"), ("Moral: ", "Morel: "), ("by.\n", "by. No.\n"),
      ("help he was", "help she was"), ("Rufus the", "Rüfus the"), ("The Mouse", "The Mouses"),
    ])
  func misspelt(original: String, altered: String) {
    let report = FableChecker().report(on: fable.replacing(original, with: altered))
    #expect(report.fables.accepted == 0 && report.fables.total == 1)
    #expect(report.sentences.total - report.sentences.accepted == 1)
  }

  @Test("a refusal names the place, and what would be accepted there")
  func place() throws {
    let text = fable + fable.replacing("Moral: ", with: "Morel: ")
    let report = FableChecker().report(on: text)
    #expect(report.refusals.map(\.kind) == [.sentence, .fable])
    #expect(report.refusals.map(\.line) == [7, 5])
    let refusal = try #require(report.refusals.first)
    #expect(refusal.accepted == "Mor")
    #expect(refusal.found == "el: who walks past will be passed by.")
    #expect(refusal.expected == "a")
    #expect(
      refusal.description
        == "line 7, sentence: “Mor” cannot go on with “el: who walks p…”; one of “a” would be accepted")
  }

  @Test("a sample that is cut off is judged without its last sentence and its last fable")
  func cutOff() {
    let report = FableChecker().report(on: fable + fable.dropLast(30))
    #expect(report.fables == FableReport.Tally(accepted: 1, total: 1))
    #expect(report.sentences == FableReport.Tally(accepted: 11, total: 11))
    #expect(FableChecker().report(on: "").sentences.total == 0)
  }

  @Test("blank lines before a fable and another system's line breaks make no difference")
  func lineBreaks() {
    let report = FableChecker().report(on: "\n\n" + fable.replacing("\n", with: "\r\n"))
    #expect(report == FableChecker().report(on: fable))
  }

  @Test("reports add up")
  func sum() {
    let checker = FableChecker()
    let wrong = fable.replacing("tired too", with: "late too")
    let both = checker.report(on: fable) + checker.report(on: wrong)
    #expect(both.fables.accepted == 1 && both.fables.total == 2)
    #expect(both.sentences.accepted == 12 && both.refusals == checker.report(on: wrong).refusals)
  }
}

private let fable = """
  The Mouse and the Bear
  Rufus the mouse fell into a pit by the tall oak and could not climb out. He called for hours, and \
  Fern the bear came by with a chain. But Fern was tired, and only wished him a good evening. Rufus got \
  out alone, and when Fern needed help he was tired too.
  Moral: who walks past will be passed by.


  """
