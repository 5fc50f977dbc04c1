import Autograd

extension Recipe {
  /// Every setting of a recipe, in the order of its JSON. From a row follow the setting's flag and its help, its key in
  /// a configuration file, its JSON, its validation, and whether it may differ when a run is resumed.
  ///
  /// Several changes are applied in this order: a setting that others follow (`n_head`) precedes them (`n_kv_head`).
  package static let settings = modelSettings + optimizationSettings + evaluationSettings + sharedSettings

  /// The names of the settings that a model's shape and architecture consist of.
  package static var shapeSettings: Set<String> { Set(modelSettings.map(\.name)) }

  private static var modelSettings: [Setting] {
    [
      Setting(
        "architecture", \.model.architecture, .architecture, .model, missing: .gpt, isOmittedIfMissing: true,
        help: architectureHelp),
      Setting("n_layer", \.model.layerCount, .integer(in: 1...4096), .model, help: "Number of transformer blocks (L)."),
      Setting("n_head", \.model.headCount, .integer(in: 1...4096), .model, help: "Number of attention heads (H)."),
      Setting(
        "n_kv_head", \.model.keyValueHeadCount, .integer(in: 1...4096), .model,
        usual: ("as `n_head`", { $0.model.headCount }),
        help: "Number of key/value heads (G), each shared by H/G query heads."),
      Setting(
        "n_embd", \.model.width, .integer(in: 1...1_048_576), .model,
        help: "Embedding dimension (C), divisible by H."),
      Setting(
        "block_size", \.model.contextLength, .integer(in: 1...1_048_576), .model, help: "Context length (T)."),
      Setting(
        "sliding_window", \.model.slidingWindow, .integer(in: 1...1_048_576), .model, whenNil: "all of the context",
        help: "Characters that each one attends to (W), including itself."),
    ]
  }

  private static var optimizationSettings: [Setting] {
    [
      Setting(
        "batch_size", \.options.batchSize, .integer(in: 1...1_048_576), .optimization,
        help: "Sequences per batch (B)."),
      Setting(
        "gradient_accumulation_steps", \.options.gradientAccumulationSteps, .integer(in: 1...1_048_576), .optimization,
        help: "Batches whose gradients are averaged per step."),
      Setting(
        "max_iters", \.options.maxIterations, .integer(in: 1...Int.max), .optimization, mayChangeOnResume: true,
        help: "Number of training steps."),
      Setting(
        "optimizer", \.options.optimizer, .optimizer, .optimization, missing: .adamw, isOmittedIfMissing: true,
        help: optimizerHelp),
      Setting(
        "learning_rate", \.options.learningRate, .number(atLeast: 0), .optimization,
        help: "Peak learning rate."),
      Setting(
        "min_lr", \.options.minLearningRate, .number(atLeast: 0), .optimization, help: "Final learning rate."),
      Setting(
        "warmup_iters", \.options.warmupIterations, .integer(in: 0...Int.max), .optimization,
        whenNil: "100, or a tenth of `lr_decay_iters` if that is less",
        resolved: { $0.options.schedule.warmupSteps },
        help: "Steps of linear learning-rate warm-up."),
      Setting(
        "lr_decay_iters", \.options.decayIterations, .integer(in: 1...Int.max), .optimization,
        whenNil: "`max_iters`", resolved: { $0.options.schedule.decaySteps },
        help: "The step at which the learning rate reaches its minimum."),
      Setting(
        "lr_refit", \.options.decayRefits, .scheduleRefits, .optimization, missing: [], isOmittedIfMissing: true,
        usual: ("none", { _ in [] }),
        help: """
          Change the length of the decay on the way, as a run with a budget does: 600:1180 stretches or cuts what is left of \
          it after step 600 to end at step 1180.
          """),
      Setting(
        "muon_lr", \.options.muonLearningRate, .number(atLeast: 0), .optimization, missing: 0.02,
        isOmittedIfMissing: true,
        help: "Muon's peak learning rate; it follows the schedule of `learning_rate` in proportion."),
      Setting(
        "muon_momentum", \.options.muonMomentum, .number(atLeast: 0, below: 1), .optimization, missing: 0.95,
        isOmittedIfMissing: true, help: "Muon's momentum (Nesterov's)."),
      Setting(
        "weight_decay", \.options.weightDecay, .number(atLeast: 0), .optimization,
        help: "Decoupled weight decay, applied to matrices only."),
      Setting("beta1", \.options.beta1, .number(atLeast: 0, below: 1), .optimization, help: "AdamW's β₁."),
      Setting("beta2", \.options.beta2, .number(atLeast: 0, below: 1), .optimization, help: "AdamW's β₂."),
      Setting(
        "grad_clip", \.options.gradientClip, .number(atLeast: 0), .optimization,
        help: "Clip the gradient's global norm to this; 0 for no clipping."),
      Setting(
        "ngram_distillation", \.options.ngramDistillation, .number(atLeast: 0, atMost: 1), .optimization, missing: 0,
        isOmittedIfMissing: true,
        help: """
          Weight, in the targets, of what n-grams counted in other parts of the training text say comes next; the loss of \
          a step is then that of the mixed targets. 0 to learn from the text alone.
          """),
      Setting(
        "dropout", \.options.dropout, .number(atLeast: 0, below: 1), .model,
        help: "Dropout probability during training."),
      Setting(
        "ngram_mixture", \.options.mixesNGrams, .boolean, .model, missing: false, isOmittedIfMissing: true,
        help: mixtureHelp),
    ]
  }

  private static var evaluationSettings: [Setting] {
    [
      Setting(
        "eval_interval", \.options.evalInterval, .integer(in: 1...Int.max), .evaluation, mayChangeOnResume: true,
        help: "Steps between evaluations."),
      Setting(
        "eval_iters", \.options.evaluation, .evaluationExtent, .evaluation, mayChangeOnResume: true,
        help: "Random batches per split to evaluate on, or 'full' for the whole validation split."),
      Setting(
        "save_interval", \.options.saveInterval, .integer(in: 1...Int.max), .evaluation, mayChangeOnResume: true,
        whenNil: "at evaluations only", help: "Steps between additional checkpoints."),
      Setting(
        "keep", \.options.keep, .integer(in: 1...Int.max), .evaluation, mayChangeOnResume: true,
        help: "Latest checkpoints to keep, in addition to the best."),
      Setting(
        "patience", \.options.patience, .integer(in: 1...Int.max), .evaluation, mayChangeOnResume: true,
        whenNil: "none",
        help: "Stop after this many evaluations without a better validation loss."),
      Setting(
        "sample_every", \.options.sampleInterval, .integer(in: 1...Int.max), .evaluation, mayChangeOnResume: true,
        isOmittedIfNil: true, whenNil: "never",
        help: "Steps between samples, which are shown and recorded in metrics.jsonl."),
    ]
  }

  private static var sharedSettings: [Setting] {
    [
      Setting("seed", \.options.seed, .integer(in: 0...UInt64.max), .run, help: "Seed of all random numbers."),
      Setting("precision", \.options.precision, .precision, .run, missing: .highest, help: precisionHelp),
      Setting(
        "val_fraction", \.options.validationFraction, .number(above: 0, below: 1), .evaluation,
        help: "Fraction of the corpus, at its end, held out for validation."),
    ]
  }

  /// The help of `--architecture`.
  package static let architectureHelp = """
    What blocks are made of: gpt (layer norm, biases, GELU, a tied head; transformers' Starcoder2), or nanochat (RMS \
    norm, normalized queries and keys, squared ReLU, no biases, an untied head, capped logits; transformers' NanoChat).
    """

  /// The help of `--optimizer`.
  package static let optimizerHelp = """
    What updates the parameters: adamw, or muon, which orthogonalizes the momentum of the matrices inside blocks and \
    leaves all else to AdamW; with it, `learning_rate` is \(OptimizerKind.muon.usualLearningRate) and `min_lr` in \
    proportion unless they are given.
    """

  /// The help of `--ngram-mixture`.
  package static let mixtureHelp = """
    Mix the model's predictions with counts of the n-grams of the training split, of which the first 2 % are held out to \
    weigh one against the other; the validation loss is then the mixture's.
    """

  /// The help of `--precision`.
  package static let precisionHelp = """
    Precision of matrix products, named as in PyTorch: highest is float32; medium rounds inputs to bfloat16 and \
    accumulates in float32; high splits each input into two bfloat16 numbers. What this processor does not support \
    falls back to a higher precision (medium needs AVX512_BF16 or AMX, high needs AMX).
    """
}
