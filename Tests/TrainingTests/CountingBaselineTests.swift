import Checkpoints
import Files
import Foundation
import NGrams
import Randomness
import Testing
import Text
import Training

@Suite("Counting as a baseline")
struct CountingBaselineTests {
  @Test("is the loss of the best order, all of a short text counted and scored")
  func best() throws {
    let run = try withTemporaryDirectory { try TrainingRun(smallRecipe(), corpus: smallText, in: RunDirectory($0)) }
    let counting = try #require(run.baselines?.counting)
    let dataset = run.trainer.dataset
    let counts = NGramCounts(dataset[.training], vocabularySize: run.tokenizer.vocabularySize)
    let losses = counts.losses(on: dataset[.validation])
    #expect(counting.loss == losses.min())
    #expect(counting.loss == losses[counting.order - 1])
    #expect(counting.countedShare == 1 && counting.scoredShare == 1)
  }

  @Test("wants longer contexts of a text that says more after 8 tokens than after 7, and of none that says nothing")
  func longerContexts() throws {
    func counting(_ ids: [Int32]) throws -> CountingBaseline {
      let dataset = try TokenDataset(TokenIDs(ids, vocabularySize: 4), validationFraction: 0.3, blockSize: 8)
      return try #require(CountingBaseline(dataset, vocabularySize: 4))
    }
    let key = RandomKey(seed: 4)
    // Seven zeros follow a token that then comes again: only a context of eight shows which.
    let recalled = (0..<3_000).flatMap { index -> [Int32] in
      let token = Int32(1 + key.index(at: UInt64(index), below: 3))
      return [token, 0, 0, 0, 0, 0, 0, token]
    }
    #expect(try counting(recalled).wantsLongerContexts)
    #expect(try !counting((0..<24_000).map { Int32(key.index(at: UInt64($0), below: 4)) }).wantsLongerContexts)
  }

  @Test("of a long text a part is counted and scored, and it is known how much")
  func part() throws {
    let key = RandomKey(seed: 3)
    let ids = (0..<400_000).map { Int32(key.index(at: UInt64($0), below: 2)) }
    let dataset = try TokenDataset(TokenIDs(ids, vocabularySize: 2), validationFraction: 0.5, blockSize: 8)
    let counting = try #require(
      CountingBaseline(dataset, vocabularySize: 2, countedTokens: 1 << 17, scoredTokens: 1 << 18))
    #expect(counting.countedShare == Double(1 << 17) / 200_000)
    #expect(counting.scoredShare == 1)
    let ranges = (0..<200_000).sampled(atMost: 1 << 17)
    let losses = NGramCounts(dataset.tokens, in: ranges, vocabularySize: 2).losses(on: dataset[.validation])
    #expect(counting.loss == losses.min())
  }

  @Test("baselines are recorded once, before the first step, with the floor; resuming adds nothing")
  func recorded() throws {
    try withTemporaryDirectory { path in
      let recipe = smallRecipe()
      let baselines = try begun(recipe, path)
      let before = try lines(path)
      let saved = try #require(try SavedRun(RunDirectory(path)))
      var resumed = try TrainingRun(resuming: saved, saved.recipe, corpus: smallText)
      #expect(resumed.baselines == baselines)
      _ = try resumed.train(onEvent: { _ in })
      let events = try lines(path)
      #expect(events[0] == before[0])
      #expect(events.count { $0["event"] == "baselines" } == 1)
      #expect(events[0]["event"] == "baselines")
      #expect(events[0]["step"] == 0)
      #expect(events[0]["floor"] == 0.25)
      let counting = try #require(baselines?.counting)
      #expect(events[0]["kneser_ney"] == .number(counting.loss))
      #expect(events[0]["kneser_ney_order"] == .integer(counting.order))
      #expect(try MetricsRecord(of: RunDirectory(path)).problems.isEmpty)
    }
  }

  /// A run's baselines, after it was asked to stop before there was anything to save, went on, and stopped after 7 steps.
  private func begun(_ recipe: Recipe, _ path: String) throws -> Baselines? {
    var run = try TrainingRun(recipe, corpus: smallText, in: RunDirectory(path))
    run.floor = 0.25
    #expect(try run.train(onEvent: { _ in }, shouldStop: { true }) == .interrupted)
    var steps = 0
    let outcome = try run.train(onEvent: { if case .step = $0 { steps += 1 } }, shouldStop: { steps == 7 })
    #expect(outcome == .interrupted)
    return run.baselines
  }

  @Test("the first evaluation that beats counting is told of once, stopped and resumed right there or not")
  func beaten() throws {
    try withTemporaryDirectory { path in
      // As good as the mean of the first two evaluations, of which the second is better.
      _ = try train(counting: 0, in: path + "/never")
      let losses = try lines(path + "/never").compactMap { $0["val_loss"]?.value }
      try #require(losses.count == 3 && losses[0] > losses[1])
      let loss = (losses[0] + losses[1]) / 2
      #expect(try train(counting: loss, in: path + "/whole") == [10])
      let whole = try lines(path + "/whole")
      #expect(
        whole.filter { $0["event"] == "beats_counting" } == [
          ["event": "beats_counting", "step": 10, "val_loss": .number(losses[1]), "kneser_ney": .number(loss)]
        ])
      #expect(try lines(path + "/never").count == whole.count - 1)

      #expect(try train(counting: loss, in: path + "/pieces", untilBeaten: true) == [10])
      #expect(try train(counting: loss, in: path + "/pieces") == [])
      #expect(try lines(path + "/pieces") == whole)
    }
  }

  /// The steps at which it is told, on the way of a run, new or resumed, that counting with this loss is beaten.
  private func train(counting loss: Double, in path: String, untilBeaten: Bool = false) throws -> [Int] {
    let directory = RunDirectory(path)
    let recipe = smallRecipe()
    var run =
      try SavedRun(directory).map { try TrainingRun(resuming: $0, recipe, corpus: smallText) }
      ?? TrainingRun(recipe, corpus: smallText, in: directory)
    run.baselines?.counting?.loss = loss
    var told: [Int] = []
    _ = try run.train(
      onEvent: { if case .beatsCounting(let report, _) = $0 { told.append(report.step) } },
      shouldStop: { untilBeaten && !told.isEmpty })
    return told
  }

  /// The events of a run's record without what depends on the clock and the place.
  private func lines(_ path: String) throws -> [JSON] {
    try String(contentsOfFile: path + "/metrics.jsonl", encoding: .utf8).split(separator: "\n").map {
      var event = try JSON(parsing: String($0), from: "metrics.jsonl")
      for member in ["ms_per_step", "tokens_per_second", "time", "path"] { event[member] = nil }
      return event
    }
  }
}

extension JSON {
  /// The number that it is.
  fileprivate var value: Double? {
    switch self {
    case .number(let number): number
    case .integer(let integer): Double(integer)
    default: nil
    }
  }
}
