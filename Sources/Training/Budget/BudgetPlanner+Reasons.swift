import Files

// What a plan's choices are and why, in one line each.

extension BudgetPlanner {
  /// A line for each choice of `plan`; what the user has chosen needs none.
  func reasons(
    _ plan: BudgetPlan, _ chosen: BudgetMeasurement, elapsed: Double, _ length: RunLength
  ) -> [BudgetPlan.Reason] {
    let (model, options) = (plan.recipe.model, plan.recipe.options)
    let time = ValueType.duration.format(.seconds(budget))
    var reasons: [BudgetPlan.Reason] = []
    func say(_ subject: String, _ text: String, unlessGiven names: String...) {
      if !given.isSuperset(of: names) { reasons.append(BudgetPlan.Reason(subject: subject, text: text)) }
    }
    say(
      "budget", "\(time), of which reading and measuring took \(Self.rounded(elapsed)) s", unlessGiven: "none")
    let perParameter = plan.epochs * Double(text.trainingTokens) / Double(max(1, chosen.parameterCount))
    say(
      "shape",
      "\(counted(model.layerCount, "layer")), \(counted(model.headCount, "head")), width \(model.width): the largest that "
        + "learns enough in this time from this text; \(Self.rounded(perParameter)) tokens per parameter",
      unlessGiven: "n_layer", "n_head", "n_embd")
    say(
      "context",
      "\(model.contextLength): "
        + (text.wantsLongerContexts ? "this text is known better by long ones" : "longer ones pay with more time")
        + (model.contextLength < wantedContextLength ? ", and in a longer text" : ""), unlessGiven: "block_size")
    say(
      "batch",
      "\(options.batchSize): the smallest with \(Int(100 * BudgetTable.sufficientThroughput)) % of the best speed, "
        + "\(counted(Int(chosen.throughput), "token"))/s", unlessGiven: "batch_size")
    let often = "the training split is seen \(Self.rounded(plan.epochs)) times"
    say(
      "length",
      counted(options.maxIterations, "step")
        + (given.contains("lr_decay_iters") ? ": " : ", and the learning rate falls until the last: ") + often
        + (plan.endsEarly ? "; more would only learn it by heart, so the run ends before its time" : ""),
      unlessGiven: "max_iters")
    say("optimizer", options.optimizer.rawValue, unlessGiven: "optimizer")
    say(
      "n-grams",
      text.suitsNGrams
        ? "teach with a weight of \(options.ngramDistillation): of 8 characters they know about as much as of 7"
        : "teach nothing: this text is known by longer contexts than theirs", unlessGiven: "ngram_distillation")
    say(
      "dropout", "\(options.dropout), and weight decay \(options.weightDecay): \(often)",
      unlessGiven: "dropout", "weight_decay")
    let evaluations = counted((options.maxIterations + options.evalInterval - 1) / options.evalInterval, "evaluation")
    let share = 100 * length.seconds(steps: 0, evaluations: 1) / max(plan.seconds, 1e-9)
    say(
      "evaluation",
      "every \(counted(options.evalInterval, "step")) on "
        + (options.evaluation == .full ? "the whole validation split" : "a part of the validation split")
        + ": \(evaluations), each about \(Self.rounded(share)) % of the time, saving included",
      unlessGiven: "eval_interval", "eval_iters")
    if let patience = options.patience {
      say(
        "patience", "stops after \(counted(patience, "evaluation")) without a better validation loss; the best is kept",
        unlessGiven: "patience")
    }
    return reasons
  }
}
