import Fables
import Testing

@Suite struct CheckerTests {
  @Test("the grammar's own fables and sentences are all accepted")
  func own() {
    let report = FableChecker().report(on: FableWriter().text(seed: 8, byteCount: 50_000))
    #expect(report.refusals.isEmpty)
    #expect(report.fables.total > 100)
    #expect(report.fables.fraction == 1)
    #expect(report.sentences.total == 5 * report.fables.total)
    #expect(report.sentences.fraction == 1)
  }

  @Test(
    "what disagrees with what came before costs the fable, though each sentence is one",
    arguments: [
      ("The Mouse", "The Fox"), ("Mabel the mouse", "Greta the goat"),
      ("Walter the wren came by with a wire", "Rosie the robin came by with a rope"),
      ("But Walter kept the wire", "But Otto kept the oar"),
      ("who walks past will be passed by", "pull one friend out, and two walk home"),
    ])
  func disagreeing(original: String, altered: String) {
    let report = FableChecker().report(on: fable.replacing(original, with: altered))
    #expect(report.fables.accepted == 0 && report.fables.total == 1)
    #expect(report.sentences.accepted == 5 && report.sentences.total == 5)
  }

  @Test(
    "what is no sentence of the grammar costs the sentence too",
    arguments: [
      ("a wire", "a wine"), ("a wire", "a rope"), ("slipped", "slips"), ("Moral: ", "Morel: "), ("by.\n", "by. No.\n"),
      ("soon he fell", "soon she fell"), ("Mabel the", "Mäbel the"), ("The Mouse", "The Mouses"),
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
    #expect(report.sentences == FableReport.Tally(accepted: 9, total: 9))
    #expect(FableChecker().report(on: "").sentences.total == 0)
  }

  @Test("a sample that begins within a fable is judged without that fable and the sentence it begins in")
  func beginsInside() {
    let titleless = fable.split(separator: "\n", omittingEmptySubsequences: false).dropFirst().joined(separator: "\n")
    let report = FableChecker().report(on: titleless + fable)
    #expect(report.fables == FableReport.Tally(accepted: 1, total: 1))
    #expect(report.sentences == FableReport.Tally(accepted: 8, total: 8))
    #expect(FableChecker().report(on: titleless.dropFirst(30) + fable) == report)
  }

  @Test("blank lines before a fable and another system's line breaks make no difference")
  func lineBreaks() {
    let report = FableChecker().report(on: "\n\n" + fable.replacing("\n", with: "\r\n"))
    #expect(report == FableChecker().report(on: fable))
  }

  @Test("reports add up")
  func sum() {
    let checker = FableChecker()
    let wrong = fable.replacing("Mabel the mouse", with: "Felix the fox")
    let both = checker.report(on: fable) + checker.report(on: wrong)
    #expect(both.fables.accepted == 1 && both.fables.total == 2)
    #expect(both.sentences.accepted == 10 && both.refusals == checker.report(on: wrong).refusals)
  }
}

private let fable = """
  The Mouse in the Pit
  By the stone bridge Mabel the mouse slipped into a pit. At last Walter the wren came by with a wire. \
  But Walter kept the wire, and soon he fell in too.
  Moral: who walks past will be passed by.


  """
