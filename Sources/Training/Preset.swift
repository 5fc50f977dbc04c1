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
  public static let all = [baby, fables, shakespeare, gpt2]

  /// nanoGPT's published configuration for a CPU: 0.8 M parameters.
  public static let baby = Preset(
    name: "baby", summary: "nanoGPT's character model for a CPU: L4 H4 C128 T64 B12, 2,000 iterations",
    recipe: Recipe(layerCount: 4, headCount: 4, width: 128, contextLength: 64, options: TrainingOptions()))

  /// Ours for the corpus of fables: shallow, with a context that holds most of a fable, and many small steps.
  public static let fables = Preset(
    name: "fables", summary: "this project's model for data/fables.txt: L2 H8 C128 T128 B6, 6,000 iterations",
    recipe: Recipe(layerCount: 2, headCount: 8, width: 128, contextLength: 128, options: fablesOptions))

  /// nanoGPT's published configuration for a GPU: 10.7 M parameters.
  public static let shakespeare = Preset(
    name: "shakespeare",
    summary: "nanoGPT's character model for a GPU: L6 H6 C384 T256 B64, 5,000 iterations, dropout 0.2",
    recipe: Recipe(layerCount: 6, headCount: 6, width: 384, contextLength: 256, options: shakespeareOptions))

  /// The shape of GPT-2's smallest model, for measuring how things scale.
  public static let gpt2 = Preset(
    name: "gpt2", summary: "the shape of GPT-2 small: L12 H12 C768 T1024 B4; for benchmarks, not for training on a CPU",
    recipe: Recipe(layerCount: 12, headCount: 12, width: 768, contextLength: 1024, options: gpt2Options))

  private static let fablesOptions = {
    var options = TrainingOptions()
    (options.batchSize, options.maxIterations, options.evalInterval) = (6, 6_000, 1_000)
    (options.learningRate, options.minLearningRate, options.beta2) = (4e-3, 4e-5, 0.98)
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
