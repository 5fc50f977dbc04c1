/// A recipe with a name.
public struct Preset: Sendable {
  /// What `--preset` takes.
  public let name: String
  /// One line on what it is.
  public let summary: String
  public let recipe: Recipe

  /// The preset called `name`.
  public static func named(_ name: String) -> Preset? { all.first { $0.name == name } }

  /// Every preset, the default first.
  public static let all = [baby, fables, tiny, small, medium, large, shakespeare, gpt2]

  /// nanoGPT's published configuration for a CPU: 0.8 M parameters.
  public static let baby = Preset(
    name: "baby", summary: "nanoGPT's character model for a CPU: L4 H4 C128 T64 B12, 2,000 iterations",
    recipe: Recipe(layerCount: 4, headCount: 4, width: 128, contextLength: 64, options: TrainingOptions()))

  /// Ours for the corpus of fables: shallow and narrow, with a context that holds a whole fable.
  public static let fables = Preset(
    name: "fables", summary: "this project's model for data/fables.txt: L2 H6 C96 T384 B8, 450 iterations, Muon",
    recipe: Recipe(layerCount: 2, headCount: 6, width: 96, contextLength: 384, options: fablesOptions))

  /// Seconds on two cores.
  public static let tiny = learner(
    "tiny", "a few seconds of training", layerCount: 2, width: 64, contextLength: 64, batchSize: 12, steps: 300,
    muonLearningRate: 0.06)

  /// Half a minute on two cores.
  public static let small = learner(
    "small", "half a minute of training", layerCount: 4, width: 96, contextLength: 64, batchSize: 12, steps: 1_300)

  /// A minute on two cores.
  public static let medium = learner(
    "medium", "a minute of training", layerCount: 4, width: 128, contextLength: 128, batchSize: 8, steps: 1_680)

  /// Some minutes on two cores.
  public static let large = learner(
    "large", "some minutes of training", layerCount: 4, width: 192, contextLength: 128, batchSize: 16, steps: 2_800)

  /// nanoGPT's published configuration for a GPU: 10.7 M parameters.
  public static let shakespeare = Preset(
    name: "shakespeare",
    summary: "nanoGPT's character model for a GPU: L6 H6 C384 T256 B64, 5,000 iterations, dropout 0.2",
    recipe: Recipe(layerCount: 6, headCount: 6, width: 384, contextLength: 256, options: shakespeareOptions))

  /// The shape of GPT-2's smallest model, for measuring how things scale.
  public static let gpt2 = Preset(
    name: "gpt2", summary: "the shape of GPT-2 small: L12 H12 C768 T1024 B4; for benchmarks, not for training on a CPU",
    recipe: Recipe(layerCount: 12, headCount: 12, width: 768, contextLength: 1024, options: gpt2Options))

  /// A recipe that learns fast, on a corpus of about a megabyte: Muon, n-grams as teachers, no warm-up, and heads 32 wide.
  private static func learner(
    _ name: String, _ time: String, layerCount: Int, width: Int, contextLength: Int, batchSize: Int, steps: Int,
    muonLearningRate: Double = 0.03
  ) -> Preset {
    var options = TrainingOptions()
    (options.batchSize, options.maxIterations, options.evalInterval) = (batchSize, steps, steps / 10)
    (options.optimizer, options.muonLearningRate, options.warmupIterations) = (.muon, muonLearningRate, 0)
    (options.learningRate, options.minLearningRate, options.weightDecay) = (0.03, 3e-4, 0)
    (options.ngramDistillation, options.evaluation) = (0.7, .full)
    if muonLearningRate > 0.03 { options.muonMomentum = 0.9 }
    let heads = width / 32
    let shape = "L\(layerCount) H\(heads) C\(width) T\(contextLength) B\(batchSize)"
    return Preset(
      name: name, summary: "\(time) on two cores: \(shape), \(steps) iterations, Muon, n-grams as teachers",
      recipe: Recipe(
        layerCount: layerCount, headCount: heads, width: width, contextLength: contextLength, options: options))
  }

  private static let fablesOptions = {
    var options = TrainingOptions()
    (options.batchSize, options.maxIterations, options.evalInterval) = (8, 450, 90)
    (options.optimizer, options.muonLearningRate, options.muonMomentum) = (.muon, 0.06, 0.9)
    (options.learningRate, options.minLearningRate, options.beta2) = (0.02, 0, 0.95)
    (options.warmupIterations, options.weightDecay) = (0, 0)
    return options
  }()

  private static let shakespeareOptions = {
    var options = TrainingOptions()
    (options.batchSize, options.maxIterations, options.dropout) = (64, 5_000, 0.2)
    options.evaluation = .batches(200)
    return options
  }()

  private static let gpt2Options = {
    var options = TrainingOptions()
    options.batchSize = 4
    return options
  }()
}
