import Autograd
import Files

/// The tensors of one safetensors file, or of the several that an index lists.
///
///     {"metadata": {…}, "weight_map": {"model.norm.weight": "model-00002-of-00002.safetensors", …}}
struct SafetensorsFiles {
  /// What errors call the whole: the file, or the index.
  let path: String
  private let files: [SafetensorsFile]
  /// Which file each tensor is in.
  private let places: [ExactName: Int]

  /// The tensors of one file.
  init(_ file: SafetensorsFile) {
    (path, files) = (file.path, [file])
    places = Dictionary(file.header.entries.map { (ExactName($0.name), 0) }) { first, _ in first }
  }

  /// The tensors of the files that `index` lists, which are beside it in `directory`.
  ///
  /// - Throws: `FileError`: a file is missing or no safetensors file, or does not hold what the index says of it.
  init(_ index: Index, in directory: String, _ calls: any SystemCalls) throws {
    path = index.path
    files = try index.files.map {
      try SafetensorsFile(directory + "/" + $0, ifMissing: "\(Index.name) lists it", calls: calls)
    }
    var places: [ExactName: Int] = [:]
    for (number, file) in files.enumerated() {
      for entry in file.header.entries {
        let name = ExactName(entry.name)
        guard index.places[name] == number, places.updateValue(number, forKey: name) == nil else {
          throw FileError.malformed(
            file: file.path, reason: "\(printable(entry.name)) is not where \(Index.name) says it is")
        }
      }
    }
    if let name = index.places.keys.first(where: { places[$0] == nil }) {
      throw FileError.malformed(file: path, reason: "\(printable(name.text)) is in none of the files")
    }
    self.places = places
  }

  /// How many tensors there are.
  var tensorCount: Int { places.count }

  /// What the elements of the tensors are.
  var elementTypes: Set<StoredElementType> { Set(files.flatMap { $0.header.entries.map(\.elementType) }) }

  /// Whether there is a tensor called `name`.
  func holds(_ name: String) -> Bool { places[ExactName(name)] != nil }

  /// Reads the tensor called `name`, which must have `shape`.
  func tensor(_ name: String, shape: [Int]) throws -> Tensor { try file(of: name).tensor(name, shape: shape) }

  /// The same in float32, and throws `FileError.damaged` where an element is not finite there.
  func finiteTensor(_ name: String, shape: [Int]) throws -> Tensor {
    try file(of: name).finiteTensor(name, shape: shape)
  }

  /// Throws `FileError.malformed` unless there is a tensor called `name` that has `shape`.
  func require(_ name: String, shape: [Int]) throws { try file(of: name).require(name, shape: shape) }

  /// Throws `FileError.malformed` where there is a tensor that is not one of `names`.
  func requireNoneBut(_ names: Set<String>) throws { for file in files { try file.requireNoneBut(names) } }

  private func file(of name: String) throws -> SafetensorsFile {
    guard let place = places[ExactName(name)] else {
      throw FileError.malformed(file: path, reason: "\(printable(name)) is missing")
    }
    return files[place]
  }
}

extension SafetensorsFiles {
  /// Which tensors are in which files: `model.safetensors.index.json`.
  struct Index {
    static let name = "model.safetensors.index.json"
    /// Each is held open.
    private static let mostFiles = 256

    let path: String
    /// In the order in which they are first named.
    private(set) var files: [String] = []
    fileprivate private(set) var places: [ExactName: Int] = [:]

    /// - Throws: `FileError.malformed` where it is no index, or a name leads out of the directory.
    init(_ file: InputFile) throws {
      path = file.path
      let document = try file.json(atMost: SafetensorsHeader.maximumByteCount)
      var numbers: [ExactName: Int] = [:]
      for (tensor, field) in try document["weight_map"].members {
        let name = try field.string
        guard name.isPlainFileName, name.hasSuffix(".safetensors") else {
          throw field.failure("not the name of a safetensors file beside it")
        }
        let number = numbers[ExactName(name)] ?? files.count
        if number == files.count {
          guard number < Self.mostFiles else { throw field.failure("more than \(Self.mostFiles) files") }
          numbers[ExactName(name)] = number
          files.append(name)
        }
        places[ExactName(tensor)] = number
      }
    }
  }
}
