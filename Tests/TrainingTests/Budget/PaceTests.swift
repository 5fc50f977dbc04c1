import Testing
import Training

@Suite("A pace")
struct PaceTests {
  /// A run of 100 steps in 100 s that takes `secondsPerStep`: what its pace says after each step.
  private func changes(
    _ secondsPerStep: Double, ending: Double = 0, after first: Int = 0, mayGrow: Bool = true
  ) -> [Int: Int] {
    let clock = FakeClock()
    var pace = Pace(
      budget: 100, endingSeconds: ending, clock: clock.wall, from: first, to: first + 100, movesDecay: true,
      mayGrow: mayGrow)
    var changes: [Int: Int] = [:]
    for step in (first + 1)...(first + 100) {
      clock.advance(secondsPerStep)
      changes[step] = pace.steps(after: step)
    }
    return changes
  }

  @Test("leaves the number of steps alone where the budget is missed by no more than 3 %")
  func steady() {
    #expect(changes(1).isEmpty)
    #expect(changes(1.025).isEmpty)
    #expect(changes(0.975).isEmpty)
  }

  @Test("sets it anew once, after 60 % of the steps or of the time, so that the budget is met")
  func drift() {
    // 48 steps at 1.25 s are 60 s, and 32 more make 100; after 60 at 0.5 s, 140 more do.
    #expect(changes(1.25) == [48: 80])
    #expect(changes(0.5) == [60: 200])
    #expect(changes(1.25, after: 1000) == [1048: 1080])
    #expect(changes(1, ending: 10) == [54: 90])
  }

  @Test("does not fill up a budget that the text has no use for")
  func growth() {
    #expect(changes(0.5, mayGrow: false).isEmpty)
    #expect(changes(1.25, mayGrow: false) == [48: 80])
  }

  @Test("takes one more step where the budget is used up already")
  func late() {
    #expect(changes(7) == [9: 14])
    #expect(changes(300) == [1: 2])
  }

  @Test("has something to look at in runs of few steps")
  func short() {
    let clock = FakeClock()
    var pace = Pace(budget: 10, endingSeconds: 0, clock: clock.wall, from: 0, to: 1, movesDecay: true)
    clock.advance(40)
    #expect(pace.steps(after: 1) == nil)
  }
}
