import Transformer

// What the shapes of a budget's models are, and the sizes of their batches.

extension BudgetPlanner {
  /// The shapes to choose from, by their numbers of parameters, each with the middle one of the sizes of batches.
  ///
  /// - Throws: `TrainingError.invalidOption` where none goes with what the user has chosen.
  var shapes: [BudgetCandidate] {
    get throws(TrainingError) {
      var shapes: [BudgetCandidate] = []
      var refusal: TrainingError?
      for (layerCount, width) in BudgetTable.shapes {
        let candidate = candidate(layerCount, width)
        if shapes.contains(candidate) { continue }
        do throws(TrainingError) {
          try recipe(of: candidate).validate()
          shapes.append(candidate)
        } catch {
          refusal = error
        }
      }
      if shapes.isEmpty, let refusal { throw refusal }
      return shapes.sorted { parameterCount($0) < parameterCount($1) }
    }
  }

  func parameterCount(_ candidate: BudgetCandidate) -> Int {
    recipe(of: candidate).config(vocabularySize: text.vocabularySize).parameterCount
  }

  private func candidate(_ layerCount: Int, _ width: Int) -> BudgetCandidate {
    let width = given.contains("n_embd") ? start.model.width : width
    return BudgetCandidate(
      layerCount: given.contains("n_layer") ? start.model.layerCount : layerCount,
      headCount: given.contains("n_head") ? start.model.headCount : headCount(width), width: width,
      contextLength: contextLength, batchSize: batchSizes[batchSizes.count / 2],
      dropout: given.contains("dropout") ? start.options.dropout : 0)
  }

  /// As many heads as make each about as wide as the table says; rotary embedding wants an even width.
  private func headCount(_ width: Int) -> Int {
    let counts = (1...max(1, width / 2)).filter { width.isMultiple(of: $0) && (width / $0).isMultiple(of: 2) }
    func distance(_ count: Int) -> Int { abs(width / count - BudgetTable.headWidth) }
    return counts.min { distance($0) < distance($1) } ?? 1
  }

  /// T: the table's, but no more than leaves the validation split several blocks.
  var contextLength: Int {
    if given.contains("block_size") { return start.model.contextLength }
    let wanted = wantedContextLength
    let most = min(text.validationTokens, text.trainingTokens) - 1
    return max(1, min(wanted, most > 4 * wanted ? wanted : most / 4))
  }

  /// T where the text is long enough.
  var wantedContextLength: Int {
    let length = BudgetTable.contexts.first { budget < $0.below }?.length ?? 1
    return text.wantsLongerContexts ? BudgetTable.longerContexts * length : length
  }

  /// B: for each number of tokens of the table, but for those that take too much of an epoch.
  var batchSizes: [Int] {
    if given.contains("batch_size") { return [start.options.batchSize] }
    let most = text.trainingTokens / BudgetTable.stepsPerEpoch
    let perRow = contextLength * start.options.gradientAccumulationSteps
    let sizes = BudgetTable.tokensPerStep.map { max(1, min($0, most) / perRow) }
    return Set(sizes).sorted()
  }
}
