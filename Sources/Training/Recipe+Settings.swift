import Autograd

extension Recipe {
  /// Every setting of a recipe, in the order of its JSON. From a row follow the setting's flag and its help, its key in
  /// a configuration file, its JSON, its validation, and whether it may differ when a run is resumed.
  ///
  /// Several are applied in this order, so that one which sets another along (`n_head`) stands before it (`n_kv_head`).
  package static let settings = modelSettings + optimizationSettings + evaluationSettings + sharedSettings

  private static var modelSettings: [Setting] {
    [
      Setting("n_layer", \.model.layerCount, .integer(in: 1...4096), .model, help: "Blocks (L)."),
      Setting("n_head", \.model.headCount, .integer(in: 1...4096), .model, help: "Attention heads (H)."),
      Setting(
        "n_kv_head", \.model.keyValueHeadCount, .integer(in: 1...4096), .model,
        usual: ("as `n_head`", { $0.model.headCount }),
        help: "Key and value heads (G), each shared by H/G query heads."),
      Setting(
        "n_embd", \.model.width, .integer(in: 1...1_048_576), .model,
        help: "Width of the embedding (C), divisible by H."),
      Setting(
        "block_size", \.model.contextLength, .integer(in: 1...1_048_576), .model, help: "Characters of context (T)."),
      Setting(
        "sliding_window", \.model.slidingWindow, .integer(in: 1...1_048_576), .model, whenNil: "all of the context",
        help: "Characters that each one attends to (W), itself included."),
    ]
  }

  private static var optimizationSettings: [Setting] {
    [
      Setting(
        "batch_size", \.options.batchSize, .integer(in: 1...1_048_576), .optimization,
        help: "Sequences in a batch (B)."),
      Setting(
        "gradient_accumulation_steps", \.options.gradientAccumulationSteps, .integer(in: 1...1_048_576), .optimization,
        help: "Batches whose gradients make one step."),
      Setting(
        "max_iters", \.options.maxIterations, .integer(in: 1...Int.max), .optimization, mayChangeOnResume: true,
        help: "Steps to take."),
      Setting(
        "learning_rate", \.options.learningRate, .number(atLeast: 0), .optimization,
        help: "The learning rate at its highest."),
      Setting(
        "min_lr", \.options.minLearningRate, .number(atLeast: 0), .optimization, help: "The learning rate at its end."),
      Setting(
        "warmup_iters", \.options.warmupIterations, .integer(in: 0...Int.max), .optimization,
        whenNil: "100, or a tenth of `lr_decay_iters` where that is less",
        resolved: { $0.options.schedule.warmupSteps },
        help: "Steps in which it rises."),
      Setting(
        "lr_decay_iters", \.options.decayIterations, .integer(in: 1...Int.max), .optimization,
        whenNil: "`max_iters`", resolved: { $0.options.schedule.decaySteps },
        help: "The step at which it has come down."),
      Setting(
        "weight_decay", \.options.weightDecay, .number(atLeast: 0), .optimization,
        help: "Decay of weight matrices; nothing else decays."),
      Setting("beta1", \.options.beta1, .number(atLeast: 0, below: 1), .optimization, help: "AdamW's β₁."),
      Setting("beta2", \.options.beta2, .number(atLeast: 0, below: 1), .optimization, help: "AdamW's β₂."),
      Setting(
        "grad_clip", \.options.gradientClip, .number(atLeast: 0), .optimization,
        help: "The largest norm of the gradient; 0 for no limit."),
      Setting(
        "dropout", \.options.dropout, .number(atLeast: 0, below: 1), .model,
        help: "The share of units left out in training."),
    ]
  }

  private static var evaluationSettings: [Setting] {
    [
      Setting(
        "eval_interval", \.options.evalInterval, .integer(in: 1...Int.max), .evaluation, mayChangeOnResume: true,
        help: "Steps between evaluations."),
      Setting(
        "eval_iters", \.options.evaluation, .evaluationExtent, .evaluation, mayChangeOnResume: true,
        help: "Random batches to evaluate on of either part, or 'full' for all of the validation part."),
      Setting(
        "save_interval", \.options.saveInterval, .integer(in: 1...Int.max), .evaluation, mayChangeOnResume: true,
        whenNil: "at evaluations only", help: "Save every so many steps besides."),
      Setting(
        "keep", \.options.keep, .integer(in: 1...Int.max), .evaluation, mayChangeOnResume: true,
        help: "Latest checkpoints that stay; the best stays besides."),
      Setting(
        "patience", \.options.patience, .integer(in: 1...Int.max), .evaluation, mayChangeOnResume: true,
        whenNil: "none",
        help: "Stop after so many evaluations without a better validation loss."),
    ]
  }

  private static var sharedSettings: [Setting] {
    [
      Setting("seed", \.options.seed, .integer(in: 0...UInt64.max), .run, help: "Where all randomness comes from."),
      Setting("precision", \.options.precision, .precision, .run, missing: .highest, help: precisionHelp),
      Setting(
        "val_fraction", \.options.validationFraction, .number(above: 0, below: 1), .evaluation,
        help: "The share of the corpus, at its end, that is held back to validate with."),
    ]
  }

  /// What the precisions are.
  package static let precisionHelp = """
    Of matrix products, as PyTorch names it: highest is float32, medium rounds factors to bfloat16, with float32 sums; \
    high makes each factor of two such numbers. What this processor has no way for is computed more exactly (medium \
    needs AVX512_BF16 or AMX, high needs AMX).
    """
}
