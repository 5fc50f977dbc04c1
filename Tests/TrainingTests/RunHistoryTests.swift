import Checkpoints
import Files
import Foundation
import Testing
import Training

@Suite("The history of a run")
struct RunHistoryTests {
  /// The history that a record of these lines tells.
  private func history(_ lines: String...) throws -> RunHistory {
    try withTemporaryDirectory { path in
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: path + "/metrics.jsonl"))
      return try RunHistory(of: RunDirectory(path))
    }
  }

  private func step(_ step: Int, _ loss: String) -> String {
    #"{"event":"step","step":\#(step),"loss":\#(loss),"tokens_per_second":100.0,"ms_per_step":500.0,"time":10\#(step).5}"#
  }

  private func evaluation(_ step: Int, _ loss: Double) -> String {
    #"{"event":"eval","step":\#(step),"train_loss":\#(loss - 0.25),"val_loss":\#(loss)}"#
  }

  @Test("has steps, evaluations and levels, with the time and the tokens up to each")
  func whole() throws {
    let history = try history(
      #"{"event":"baselines","step":0,"uniform":3.5,"unigram":3,"bigram":null,"kneser_ney":1.5,"floor":null}"#,
      step(1, "3.25"), step(2, "3.0"), evaluation(2, 2.5), step(3, "2.75"), evaluation(3, 2.75), "")
    #expect(history.steps.map(\.loss) == [3.25, 3, 2.75])
    #expect(history.evaluations.map(\.validationLoss) == [2.5, 2.75])
    #expect(history.evaluations.map(\.trainingLoss) == [2.25, 2.5])
    #expect(history.evaluations.map(\.position) == [history.steps[1].position, history.steps[2].position])
    #expect(history.position.step == 3 && history.position.seconds == 1.5 && history.position.tokens == 150)
    #expect(history.levels == [.uniform: 3.5, .unigram: 3, .kneserNey: 1.5])
    #expect(history.best?.position.step == 2 && history.lastTime == 103.5)
    #expect(history.unreadableLines.isEmpty)
  }

  @Test("has nothing of what a return to an earlier checkpoint undid, neither losses nor time")
  func rollback() throws {
    let undone = try history(
      step(1, "3.0"), evaluation(1, 3), step(2, "9.0"), evaluation(2, 1), step(3, "null"),
      #"{"event":"skipped","step":4,"loss":null,"consecutive":1}"#,
      #"{"event":"rollback","step":1,"from_step":4,"batch_offset":1}"#, step(2, "2.0"), evaluation(2, 2), "")
    let undisturbed = try history(step(1, "3.0"), evaluation(1, 3), step(2, "2.0"), evaluation(2, 2), "")
    #expect(undone.steps == undisturbed.steps)
    #expect(undone.evaluations == undisturbed.evaluations)
    #expect(undone.position == undisturbed.position)
  }

  @Test("goes back to the very beginning")
  func rollbackToNothing() throws {
    let history = try history(step(1, "3.0"), #"{"event":"rollback","step":0,"batch_offset":1}"#, "")
    #expect(history.steps.isEmpty && history.position.step == 0 && history.position.seconds == 0)
  }

  @Test("passes over what is no event, and over numbers that nobody can draw")
  func damaged() throws {
    let history = try history(
      step(1, "3.0"), "nothing", #"{"event":"step"}"#, step(2, "1e300"), step(3, #""low""#), step(4, "2.0"),
      #"{"event":"eval","step":4,"train_loss":null,"val_loss":null}"#, #"{"event":"st"#)
    #expect(history.unreadableLines == [2, 3])
    #expect(history.steps.map(\.loss) == [3, 2] && history.evaluations.isEmpty)
    #expect(history.position.step == 4)
  }

  @Test("of a run that was stopped and resumed is that of one that never stopped, and tells the time")
  func resumed() throws {
    try withTemporaryDirectory { path in
      let recipe = smallRecipe()
      let began = Date().timeIntervalSince1970
      var undisturbed = try TrainingRun(recipe, corpus: smallText, in: RunDirectory(path + "/a"))
      _ = try undisturbed.train(onEvent: { _ in })
      try stopSmallRun(recipe, in: path + "/b", after: 7)
      let saved = try #require(try SavedRun(RunDirectory(path + "/b")))
      var resumed = try TrainingRun(resuming: saved, saved.recipe, corpus: smallText)
      _ = try resumed.train(onEvent: { _ in })
      let histories = try ["/a", "/b"].map { try RunHistory(of: RunDirectory(path + $0)) }
      #expect(histories[0].steps.map(\.loss) == histories[1].steps.map(\.loss))
      #expect(histories[0].steps.map(\.position.step) == Array(1...12))
      #expect(histories[0].evaluations.map(\.validationLoss) == histories[1].evaluations.map(\.validationLoss))
      #expect(histories[0].levels == histories[1].levels)
      for history in histories {
        #expect((began - 1...Date().timeIntervalSince1970 + 1).contains(try #require(history.lastTime)))
        #expect(history.position.seconds > 0 && history.position.tokens > 0)
      }
    }
  }
}
