import Text

/// Chooses what a budget of time is spent on: a function of the text's size, of measured speeds and of the budget, with no
/// clock in it. What the user has chosen stays, and the numbers that it chooses by are `BudgetTable`'s.
package struct BudgetPlanner: Sendable {
  /// The tokens of both splits, and the vocabulary.
  package struct Text: Sendable, Equatable {
    package var trainingTokens, validationTokens, vocabularySize: Int
    /// Whether n-grams know of it most of what a short context tells, so that they can teach a model.
    package var suitsNGrams: Bool
    /// Whether it is known better by longer contexts than n-grams have.
    package var wantsLongerContexts: Bool

    /// A text of these sizes.
    package init(
      trainingTokens: Int, validationTokens: Int, vocabularySize: Int, suitsNGrams: Bool = false,
      wantsLongerContexts: Bool = false
    ) {
      (self.trainingTokens, self.validationTokens) = (trainingTokens, validationTokens)
      (self.vocabularySize, self.suitsNGrams) = (vocabularySize, suitsNGrams)
      self.wantsLongerContexts = wantsLongerContexts
    }
  }

  /// The budget, in seconds from the command's start to its end.
  package let budget: Double
  let text: Text
  /// The recipe with what the user has chosen, and the names of the settings that are so.
  let start: Recipe
  let given: Set<String>

  /// A planner for a text.
  ///
  /// - Parameters:
  ///   - start: the recipe of the preset and the command line.
  ///   - given: the names of the settings that stay as they are there.
  package init(seconds budget: Double, text: Text, start: Recipe, given: Set<String>) {
    (self.budget, self.text, self.start, self.given) = (budget, text, start, given)
  }

  /// The names of the settings that say how long a run is.
  package static let settingsOfLength: Set = ["max_iters", "lr_decay_iters", "lr_refit"]

  /// The names of the settings that stay as they are in a preset: all but the run's length.
  package static let settingsOfPresets = Set(Recipe.settings.map(\.name)).subtracting(settingsOfLength)

  /// `value` in a recipe, unless the user has chosen it.
  func choose<Value>(
    _ name: String, _ property: WritableKeyPath<Recipe, Value>, _ value: Value, in recipe: inout Recipe
  ) {
    if !given.contains(name) { recipe[keyPath: property] = value }
  }

  /// Tokens that a run can take at `throughput`, roughly.
  func tokens(at throughput: Double) -> Double {
    min((1 - BudgetTable.measuringShare) * budget * throughput, BudgetTable.mostEpochs * Double(text.trainingTokens))
  }

  /// How often the training split is seen with so many tokens.
  func epochs(_ tokens: Double) -> Double { tokens / Double(max(1, text.trainingTokens)) }

  /// Dropout and weight decay for a text that is seen so often.
  func regularization(_ epochs: Double) -> (dropout: Double, weightDecay: Double) {
    let row = BudgetTable.regularization.last { $0.fromEpochs <= epochs } ?? BudgetTable.regularization[0]
    return (row.dropout, row.weightDecay)
  }
}

// MARK: - What to measure

extension BudgetPlanner {
  /// The recipe of a candidate, but for what follows from its speed.
  package func recipe(of candidate: BudgetCandidate) -> Recipe {
    var recipe = start
    choose("n_layer", \.model.layerCount, candidate.layerCount, in: &recipe)
    choose("n_embd", \.model.width, candidate.width, in: &recipe)
    // Of the model itself, so that the number of key/value heads follows it.
    choose("n_head", \.model.headCount, candidate.headCount, in: &recipe)
    if given.contains("n_kv_head") { recipe.model.keyValueHeadCount = start.model.keyValueHeadCount }
    choose("block_size", \.model.contextLength, candidate.contextLength, in: &recipe)
    choose("batch_size", \.options.batchSize, candidate.batchSize, in: &recipe)
    // Before the learning rates, which another optimizer brings along.
    choose("optimizer", \.options.optimizer, optimizer, in: &recipe)
    if !given.contains("learning_rate"), !given.contains("min_lr") {
      recipe.options.minLearningRate = BudgetTable.finalRate * recipe.options.learningRate
    }
    choose("muon_lr", \.options.muonLearningRate, BudgetTable.muonLearningRate, in: &recipe)
    choose("warmup_iters", \.options.warmupIterations, recipe.options.optimizer == .muon ? 0 : nil, in: &recipe)
    let distillation = text.suitsNGrams ? BudgetTable.ngramDistillation : 0
    choose("ngram_distillation", \.options.ngramDistillation, distillation, in: &recipe)
    choose("beta2", \.options.beta2, BudgetTable.beta2, in: &recipe)
    choose("dropout", \.options.dropout, candidate.dropout, in: &recipe)
    // Its length is not known yet; no warm-up is to be too long for it.
    recipe.options.maxIterations = 1 << 40
    return recipe
  }

  /// A preset's, or the command line's; else the table's.
  private var optimizer: OptimizerKind {
    given.contains("learning_rate") ? start.options.optimizer : BudgetTable.optimizer
  }

  /// What to measure next, after `measurements`, and how long a step of it may take, in seconds, where that can be told;
  /// nil if enough is known.
  ///
  /// - Throws: `TrainingError.invalidOption` where no shape goes with what the user has chosen.
  package func next(
    after measurements: [BudgetMeasurement]
  ) throws(TrainingError) -> (candidate: BudgetCandidate, secondsPerStep: Double?)? {
    // First each shape with one size of batch, as long as the larger ones can pay.
    for candidate in try shapes where !measurements.contains(where: { $0.candidate == candidate }) {
      guard let last = measurements.last else { return (candidate, nil) }
      let ratio = Double(parameterCount(candidate)) / Double(last.parameterCount)
      guard pays(parameterCount(candidate), throughput: last.throughput / ratio) else { break }
      return (candidate, last.secondsPerStep * ratio)
    }
    // Then the batches of the one that was chosen.
    guard let chosen = shape(by: measurements) else { return nil }
    for candidate in batches(of: chosen) where !measurements.contains(where: { $0.candidate == candidate }) {
      let ratio = Double(candidate.batchSize) / Double(chosen.candidate.batchSize)
      return (candidate, chosen.secondsPerStep * ratio)
    }
    return nil
  }

  /// Whether a model of so many parameters sees enough, or nearly so, to be measured or chosen.
  private func pays(_ parameterCount: Int, throughput: Double) -> Bool {
    let tokens = tokens(at: throughput)
    let isLarge = epochs(tokens) > BudgetTable.epochsOfLargeModels && parameterCount > text.trainingTokens
    return !isLarge && tokens >= BudgetTable.tokensPerParameter * Double(parameterCount)
  }

  /// The largest shape that pays, of those measured; the smallest if none does.
  func shape(by measurements: [BudgetMeasurement]) -> BudgetMeasurement? {
    let probes = ((try? shapes) ?? []).compactMap { shape in measurements.first { $0.candidate == shape } }
    return probes.last { pays($0.parameterCount, throughput: $0.throughput) } ?? probes.first
  }

  /// The sizes of batches to measure of a shape, with the dropout that it will have.
  func batches(of shape: BudgetMeasurement) -> [BudgetCandidate] {
    let dropout = regularization(epochs(tokens(at: shape.throughput))).dropout
    return batchSizes.map { size in
      let c = shape.candidate
      return BudgetCandidate(
        layerCount: c.layerCount, headCount: c.headCount, width: c.width, contextLength: c.contextLength,
        batchSize: size, dropout: given.contains("dropout") ? start.options.dropout : dropout)
    }
  }
}
