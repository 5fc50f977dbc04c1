import Testing
import Training

@Suite("A budget's plan")
struct BudgetPlannerTests {
  private let budgets = [2.0, 5, 9.9, 10, 20, 60, 120, 121, 300, 900, 3600, 36_000]

  @Test("takes no more than the budget, on fast and slow computers", arguments: [1e9, 3e10, 3e11, 1e13])
  func fits(speed: Double) throws {
    for seconds in budgets {
      for characters in [5_000, 20_000, 1_115_394, 100_000_000] {
        let computer = ComputerModel(speed: speed)
        guard let plan = try? computer.plan(seconds: seconds, characters: characters).plan else { continue }
        #expect(plan.seconds <= seconds, "\(seconds) s, \(characters) characters")
        #expect(plan.recipe.options.maxIterations >= 1)
        #expect(plan.recipe.options.decayIterations == plan.recipe.options.maxIterations)
        #expect(throws: Never.self) { try plan.recipe.validate() }
      }
    }
  }

  @Test("uses nearly all of it where the text is long enough")
  func uses() throws {
    for seconds in budgets where seconds >= 10 {
      let plan = try ComputerModel().plan(seconds: seconds, characters: 10_000_000).plan
      // The rest is for rounding to whole steps and evaluations.
      #expect(plan.seconds > 0.98 * seconds, "\(seconds) s: \(plan.seconds)")
    }
  }

  @Test("has larger models and longer contexts with more time, and more steps of the same")
  func monotone() throws {
    var last: BudgetPlan?
    for seconds in budgets {
      let plan = try ComputerModel().plan(seconds: seconds, characters: 10_000_000).plan
      if let last {
        let counts = [last, plan].map { $0.recipe.config(vocabularySize: 66).parameterCount }
        #expect(counts[0] <= counts[1])
        #expect(plan.recipe.model.contextLength >= last.recipe.model.contextLength)
        if plan.recipe.model == last.recipe.model, plan.recipe.options.batchSize == last.recipe.options.batchSize {
          #expect(plan.recipe.options.maxIterations > last.recipe.options.maxIterations)
        }
      }
      last = plan
    }
    let plans = try [2.0, 36_000].map { try ComputerModel().plan(seconds: $0, characters: 10_000_000).plan }
    #expect(plans.map(\.recipe.model.width) == [64, 384])
  }

  @Test("sees a short text often, with dropout and patience, but not for ever; a long one less than once, without")
  func epochs() throws {
    let short = try ComputerModel().plan(seconds: 120, characters: 5_000).plan
    #expect(short.epochs > 15 && short.epochs < 65)
    #expect(short.seconds < 60 && short.endsEarly)
    #expect(short.recipe.options.dropout > 0 && short.recipe.options.patience != nil)
    #expect(short.recipe.model.width == 64)
    #expect(short.reasons.contains { $0.text.contains("by heart") })
    let long = try ComputerModel().plan(seconds: 120, characters: 100_000_000).plan
    #expect(long.epochs < 1 && !long.endsEarly)
    #expect(long.recipe.options.dropout == 0 && long.recipe.options.patience == nil)
    #expect(long.recipe.options.evaluation != .full)
  }

  @Test("has n-grams teach where they know the text as well as longer contexts would, unless it is said otherwise")
  func teachers() throws {
    func weight(suitsNGrams: Bool, given: Double? = nil) throws -> Double {
      var start = Preset.baby.recipe
      if let given { start.options.ngramDistillation = given }
      let planner = BudgetPlanner(
        seconds: 60,
        text: .init(
          trainingTokens: 1_000_000, validationTokens: 100_000, vocabularySize: 66, suitsNGrams: suitsNGrams),
        start: start, given: given == nil ? [] : ["ngram_distillation"])
      let candidate = try #require(try planner.next(after: [])).candidate
      return planner.recipe(of: candidate).options.ngramDistillation
    }
    #expect(try weight(suitsNGrams: true) > 0)
    #expect(try weight(suitsNGrams: false) == 0)
    #expect(try weight(suitsNGrams: false, given: 0.3) == 0.3)
    #expect(try weight(suitsNGrams: true, given: 0) == 0)
  }

  @Test("has a longer context for a text that is known better by long ones, unless it is said otherwise")
  func longerContexts() throws {
    func length(wantsLongerContexts: Bool, given: Set<String> = []) throws -> Int {
      let planner = BudgetPlanner(
        seconds: 60,
        text: .init(
          trainingTokens: 1_000_000, validationTokens: 100_000, vocabularySize: 66,
          wantsLongerContexts: wantsLongerContexts),
        start: Preset.baby.recipe, given: given)
      let candidate = try #require(try planner.next(after: [])).candidate
      return planner.recipe(of: candidate).model.contextLength
    }
    #expect(try length(wantsLongerContexts: true) > 2 * length(wantsLongerContexts: false))
    #expect(try length(wantsLongerContexts: true, given: ["block_size"]) == Preset.baby.recipe.model.contextLength)
  }

  @Test("fits its context and batch to a text of a few lines")
  func tiny() throws {
    for characters in [40, 200, 1_000] {
      let plan = try ComputerModel().plan(seconds: 10, characters: characters).plan
      #expect(plan.recipe.model.contextLength < characters / 10, "\(characters)")
    }
  }

  @Test("evaluates for no more than a twentieth or so of the time")
  func evaluations() throws {
    for characters in [20_000, 1_115_394, 100_000_000] {
      for seconds in budgets where seconds >= 20 {
        let (plan, measured) = try ComputerModel().plan(seconds: seconds, characters: characters)
        let options = plan.recipe.options
        let evaluations = (options.maxIterations + options.evalInterval - 1) / options.evalInterval
        #expect(evaluations <= 21)
        guard case .batches(let count) = options.evaluation else { continue }
        let perBatch = try #require(measured.first { $0.candidate.batchSize == options.batchSize }).secondsPerEvaluation
        #expect(2 * Double(count * evaluations) * perBatch <= 0.07 * seconds)
      }
    }
  }

  @Test("takes the smallest batch that is nearly as fast as any")
  func batch() throws {
    // Where a step has an overhead of its own, large batches are faster; where not, all are the same.
    #expect(try ComputerModel(overhead: 1).plan(seconds: 300).plan.recipe.options.batchSize == 32)
    #expect(try ComputerModel(overhead: 0).plan(seconds: 300).plan.recipe.options.batchSize == 4)
  }

  @Test("leaves what the user has chosen as it is, and chooses the rest around it")
  func given() throws {
    let changes: [(String, String)] = [
      ("n_layer", "3"), ("n_head", "4"), ("block_size", "48"), ("batch_size", "7"), ("learning_rate", "0.002"),
      ("dropout", "0.05"), ("optimizer", "adamw"), ("weight_decay", "0.3"), ("eval_interval", "11"), ("patience", "77"),
      ("beta2", "0.9"), ("eval_iters", "3"), ("n_kv_head", "4"), ("precision", "highest"), ("seed", "5"),
    ]
    for (name, text) in changes {
      let setting = try #require(Recipe.settings.first { $0.name == name })
      let start = Preset.baby.recipe.changed(by: [name: try #require(setting.change(text))])
      for characters in [5_000, 1_115_394] {
        let (plan, measured) = try ComputerModel().plan(
          seconds: 30, characters: characters, start: start, given: [name])
        #expect(setting.resolvedText(plan.recipe) == text, "\(name)")
        #expect(measured.count > 0)
      }
    }
    let odd = Preset.baby.recipe.changed(by: ["n_head": { $0.model.headCount = 7 }])
    #expect(throws: TrainingError.self) { try ComputerModel().plan(seconds: 30, start: odd, given: ["n_head"]) }
  }

  @Test("of a preset chooses the number of steps and nothing else", arguments: Preset.all.dropLast())
  func preset(preset: Preset) throws {
    let (plan, measured) = try ComputerModel().plan(
      seconds: 36_000, start: preset.recipe, given: BudgetPlanner.settingsOfPresets)
    #expect(measured.count == 1)
    var expected = preset.recipe
    expected.options.maxIterations = plan.recipe.options.maxIterations
    expected.options.decayIterations = plan.recipe.options.maxIterations
    #expect(plan.recipe == expected)
    // An evaluation of the largest takes eight minutes of the ten hours.
    #expect(plan.seconds <= 36_000 && plan.seconds > 0.98 * 36_000)
  }

  @Test("is refused where there is no time for one step; the budget that is named then would do")
  func tooShort() throws {
    let slow = ComputerModel(speed: 1e7)
    do {
      _ = try slow.plan(seconds: 30)
      Issue.record("planned")
    } catch let error as TrainingError {
      let text = error.description
      #expect(text.hasPrefix("`budget` is too short for one step: "))
      let time = try #require(text.split(separator: ";").last?.split(separator: " ").first)
      let duration = try #require(ValueType.duration.parse(String(time)))
      #expect(throws: Never.self) { try slow.plan(seconds: duration.seconds) }
    }
  }

  @Test("says each choice and why in one line, and nothing of what was given")
  func reasons() throws {
    let reasons = try ComputerModel().plan(seconds: 60).plan.reasons
    #expect(
      reasons.map(\.subject) == [
        "budget", "shape", "context", "batch", "length", "optimizer", "n-grams", "dropout", "evaluation",
      ])
    #expect(reasons.allSatisfy { !$0.text.contains("\n") && $0.subject.count < 11 })
    let given = try ComputerModel().plan(seconds: 60, given: BudgetPlanner.settingsOfPresets).plan.reasons
    #expect(given.map(\.subject) == ["budget", "length"])
  }
}
