import Checkpoints
import Files

/// The course of a run, as its `metrics.jsonl` tells it: what a return to an earlier checkpoint undid is not in it.
package struct RunHistory: Sendable {
  /// How far a run had come: the steps taken, what they took together in seconds (evaluations and breaks left out), and the
  /// tokens that they read.
  package struct Position: Sendable, Equatable {
    package var step = 0
    package var seconds = 0.0
    package var tokens = 0.0
  }

  /// The loss of a step, in nats per token, on its batch.
  package struct Step: Sendable, Equatable {
    package let position: Position
    package let loss: Double
  }

  /// The losses of an evaluation, in nats per token; with a mixture, `validationLoss` is the mixture's.
  package struct Evaluation: Sendable, Equatable {
    package let position: Position
    package let trainingLoss, validationLoss: Double
  }

  /// What a run's losses are held against; the raw value is the member of the record's first line.
  package enum Level: String, CaseIterable, Sendable {
    case uniform, unigram, bigram
    case kneserNey = "kneser_ney"
    case floor

    /// The level in a word.
    package var name: String {
      switch self {
      case .uniform: "guessing"
      case .unigram: "unigrams"
      case .bigram: "bigrams"
      case .kneserNey: "counting"
      case .floor: "floor"
      }
    }
  }

  /// The steps that were taken; those that were skipped, or whose loss is no number, are not among them.
  package private(set) var steps: [Step] = []
  /// The evaluations whose losses are numbers.
  package private(set) var evaluations: [Evaluation] = []
  /// Losses of simple models and the text's own entropy, in nats per token, where the record has them.
  package private(set) var levels: [Level: Double] = [:]
  /// Where the run stands.
  package private(set) var position = Position()
  /// When the last line was written, in seconds since 1970; nil where no line says so.
  package private(set) var lastTime: Double?
  /// The lines that hold no event; what was written in part at the end is none of them.
  package private(set) var unreadableLines: [Int] = []

  private var line = 0
  /// Where the run stood after each step that counts, to go back to.
  private var positions: [Position] = []

  /// The history of `run`.
  ///
  /// - Throws: `FileError` where its record is missing or cannot be read.
  package init(of run: RunDirectory) throws {
    var history = Self()
    _ = try MetricsEvent.forEach(of: run) { history.read($0) }
    self = history
  }

  private init() {}

  /// The evaluation with the lowest validation loss, the earliest of equals.
  package var best: Evaluation? { evaluations.min { $0.validationLoss < $1.validationLoss } }
}

// MARK: - Reading

extension RunHistory {
  private mutating func read(_ event: MetricsEvent?) {
    line += 1
    guard let event else { return unreadableLines.append(line) }
    lastTime = event.json.finite("time") ?? lastTime
    switch event.kind {
    case "baselines":
      for level in Level.allCases { levels[level] = event.json.finite(level.rawValue) }
    case "step", "skipped":
      advance(to: event)
      guard event.kind == "step", let loss = event.json.finite("loss") else { return }
      steps.append(Step(position: position, loss: loss))
    case "eval":
      guard let training = event.json.finite("train_loss"), let validation = event.json.finite("val_loss") else {
        return
      }
      var position = position
      position.step = event.step
      evaluations.append(Evaluation(position: position, trainingLoss: training, validationLoss: validation))
    case "rollback": goBack(to: event.step)
    default: break
    }
  }

  /// A step's tokens are its time times its speed.
  private mutating func advance(to event: MetricsEvent) {
    position.step = event.step
    if let milliseconds = event.json.finite("ms_per_step"), milliseconds >= 0 {
      position.seconds += milliseconds / 1e3
      let speed = max(0, event.json.finite("tokens_per_second") ?? 0)
      position.tokens += (milliseconds / 1e3 * speed).rounded()
    }
    positions.append(position)
  }

  private mutating func goBack(to step: Int) {
    steps.removeAll { $0.position.step > step }
    evaluations.removeAll { $0.position.step > step }
    positions.removeAll { $0.step > step }
    position = positions.last ?? Position()
  }
}

extension JSON {
  /// The member's value as a finite number, far from overflow; nil where it is none.
  fileprivate func finite(_ name: String) -> Double? {
    switch self[name] {
    case .number(let value) where value.magnitude < 1e100: value
    case .integer(let value): Double(value)
    default: nil
    }
  }
}

// MARK: - Telling

extension RunHistory {
  /// The curves and levels, as a program reads them.
  package var json: JSON {
    func row(_ position: Position, _ losses: [JSON.Member]) -> JSON {
      let place: JSON = [
        "step": .integer(position.step), "seconds": .number(position.seconds), "tokens": .number(position.tokens),
      ]
      guard case .object(let members) = place else { return place }
      return .object(members + losses)
    }
    let evaluations = evaluations.map {
      row(
        $0.position,
        [
          .init(name: "train_loss", value: .number($0.trainingLoss)),
          .init(name: "val_loss", value: .number($0.validationLoss)),
        ])
    }
    let steps = steps.map { row($0.position, [.init(name: "loss", value: .number($0.loss))]) }
    return ["levels": levelsJSON, "evaluations": .array(evaluations), "steps": .array(steps)]
  }

  /// The baselines and the floor, null where they are not known.
  package var levelsJSON: JSON {
    .object(Level.allCases.map { .init(name: $0.rawValue, value: levels[$0].map(JSON.number) ?? .null) })
  }
}
