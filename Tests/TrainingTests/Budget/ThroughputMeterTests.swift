import Files
import Testing
import Text
import Training

@Suite("Measuring for a budget")
struct ThroughputMeterTests {
  private let text = BudgetPlanner.Text(trainingTokens: 900_000, validationTokens: 100_000, vocabularySize: 66)

  private func planner(_ seconds: Double) -> BudgetPlanner {
    BudgetPlanner(seconds: seconds, text: text, start: Preset.baby.recipe, given: [])
  }

  @Test("ends within a tenth of the budget and measures something", arguments: [1.0, 20, 120, 3600])
  func bounded(seconds: Double) throws {
    for speed in [1e10, 1e11, 1e12] {
      let (planner, clock, computer) = (planner(seconds), FakeClock(), ComputerModel(speed: speed))
      clock.advance(1)
      let known = try ThroughputMeter(planner, clock.wall).measurements { candidate, slice in
        let measurement = computer.measurement(candidate, of: planner, vocabularySize: 66)
        // Steps until the time is over, one at least, and an evaluation.
        var taken = measurement.secondsPerStep
        while taken < slice { taken += measurement.secondsPerStep }
        clock.advance(taken + measurement.secondsPerEvaluation)
        return measurement
      }
      let first = try #require(known.first)
      let one = first.secondsPerStep + first.secondsPerEvaluation
      // The measurement under way when that time is over is ended.
      let last = try #require(known.last)
      let overtime = last.secondsPerStep + last.secondsPerEvaluation
      #expect(clock.wall.elapsed() - 1 <= max(0.1 * seconds, one) * 1.001 + overtime)
    }
  }

  @Test("passes over what takes too much memory")
  func memory() throws {
    let (planner, clock) = (planner(3600), FakeClock())
    let known = try ThroughputMeter(planner, clock.wall).measurements { candidate, _ in
      candidate.width > 64 ? nil : ComputerModel().measurement(candidate, of: planner, vocabularySize: 66)
    }
    #expect(known.map(\.candidate.width) == [64])
    #expect(try planner.plan(known, elapsed: 1).recipe.model.width == 64)
  }

  @Test("takes real steps of real batches")
  func real() throws {
    let tokenizer = CharacterTokenizer(vocabularyOf: smallText)
    let tokens = try TokenIDs(encoding: smallText, by: tokenizer)
    let planner = BudgetPlanner(
      seconds: 2,
      text: .init(trainingTokens: 1_500, validationTokens: 170, vocabularySize: tokenizer.vocabularySize),
      start: smallRecipe(), given: BudgetPlanner.settingsOfPresets)
    let known = try ThroughputMeter(planner, .since()).measurements(
      on: .init(tokens, vocabularySize: tokenizer.vocabularySize))
    #expect(known.count == 1)
    #expect(known.allSatisfy { $0.secondsPerStep > 0 && $0.secondsPerEvaluation > 0 && $0.tokensPerStep == 24 })
  }
}
