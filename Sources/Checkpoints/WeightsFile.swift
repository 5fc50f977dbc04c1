import Autograd
import Files
import Layers
import Transformer

/// The weights of a model: `model.safetensors`, or, of one that transformers has split, the files that an index lists.
enum WeightsFile {
  static let name = "model.safetensors"

  static func write(_ model: GPT, _ architecture: any Architecture, to file: inout DurableFile) throws {
    try file.write(safetensors: tensors(of: model, architecture))
  }

  /// The weights of `model` by the names that `architecture` gives them.
  static func tensors(of model: GPT, _ architecture: any Architecture) -> [(name: String, tensor: Tensor)] {
    let names = StoredParameters(architecture, model.config)
    return model.namedParameters.flatMap { names.stored($0.tensor, of: $0.name) }
  }
}

// MARK: - Reading

/// The weights that a directory holds, none of them read yet.
struct StoredWeights {
  private let directory: String
  private let index: SafetensorsFiles.Index?
  private let calls: any SystemCalls

  /// The weights in `directory`.
  ///
  /// - Throws: `FileError`: there are none in a form that is read here.
  init(in directory: String, _ calls: any SystemCalls) throws {
    self.directory = directory
    self.calls = calls
    func find(_ name: String) throws -> InputFile? { try InputFile.ifPresent(directory + "/" + name, calls: calls) }
    let whole = try find(WeightsFile.name)
    index = try whole == nil ? find(Index.name).map(Index.init) : nil
    if whole == nil, index == nil, try find(Self.pickled) != nil {
      throw FileError.unsupported(
        file: directory + "/" + Self.pickled,
        reason: "a pickle, which can hold programs and is never opened; save the model again with save_pretrained")
    }
  }

  private typealias Index = SafetensorsFiles.Index
  private static let pickled = "pytorch_model.bin"

  /// The names of the files.
  var files: [String] { index.map { [Index.name] + $0.files } ?? [WeightsFile.name] }

  /// The model of shape `config` with these weights.
  ///
  /// The files are held against the configuration, and the model against this computer's memory, before memory is taken
  /// for it: a model is never larger than its files say.
  func model(_ architecture: any Architecture, _ config: GPTConfig) throws -> GPT {
    let files = try open()
    try requireLayers(of: config, in: files)
    let names = StoredParameters(architecture, config)
    let head = config.tiesHead ? architecture.storedTensors(of: "head.weight", config).map(\.name) : []
    let shapes = GPT.parameterShapes(config)
    try names.requireTensors(of: files, for: shapes.map { ("", $0.name, $0.shape) }, permitting: head)
    let count = shapes.reduce(0) { $0 + $1.shape.reduce(1, *) }
    try requireMemory(
      4 * Double(count), for: "The model in \(printable(directory))", remedy: "a smaller one is needed here")
    let model = try GPT(config) { name, shape in try names.read(name, shape: shape, from: files) }
    for name in head where files.holds(name) { try requireTied(name, of: model, in: files) }
    return model
  }

  /// What the elements of the tensors are.
  func elementTypes() throws -> Set<StoredElementType> { try open().elementTypes }

  private func open() throws -> SafetensorsFiles {
    if let index { return try SafetensorsFiles(index, in: directory, calls) }
    return SafetensorsFiles(
      try SafetensorsFile(
        directory + "/" + WeightsFile.name, ifMissing: "the model's weights; take another checkpoint",
        calls: calls))
  }

  /// Throws where there are fewer tensors than so many layers have, before the layers' names are made up.
  private func requireLayers(of config: GPTConfig, in files: SafetensorsFiles) throws {
    func parameterCount(layers: Int) -> Int {
      var config = config
      config.layerCount = layers
      return GPT.parameterShapes(config).count
    }
    let perLayer = parameterCount(layers: 1) - parameterCount(layers: 0)
    guard config.layerCount <= files.tensorCount / perLayer else {
      throw FileError.malformed(
        file: files.path, reason: "\(files.tensorCount) tensors, too few for \(config.layerCount) layers")
    }
  }

  /// Throws unless the head that is stored though it is tied is the embedding, bit for bit.
  private func requireTied(_ name: String, of model: GPT, in files: SafetensorsFiles) throws {
    guard let embedding = model.namedParameters.first(where: { $0.name == "embedding.weight" })?.tensor else { return }
    let head = try files.tensor(name, shape: embedding.shape).converted(to: .float32)
    let isEmbedding = head.withUnsafeBytes { head in
      embedding.withUnsafeBytes { head.elementsEqual($0) }
    }
    guard isEmbedding else {
      throw FileError.unsupported(
        file: files.path,
        reason: "\(name) differs from the embedding, where config.json has them tied (tie_word_embeddings)")
    }
  }
}
