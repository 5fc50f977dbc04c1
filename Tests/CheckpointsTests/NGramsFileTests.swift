import Autograd
import Checkpoints
import Files
import Foundation
import NGrams
import Testing
import Text

@Suite("A checkpoint's n-grams")
struct NGramsFileTests {
  static let size = Samples.tokenizer.vocabularySize
  static let ids: [Int32] = [1, 2, 3, 4, 1, 2, 3, 5, 1, 2, 1]

  static let mixture = NGramMixture.Parameters(
    CountedText(TokenIDs(ids, vocabularySize: size), pieces: [8, 3], vocabularySize: size), order: 5,
    exponents: .init(network: 0.4, counts: 0.6))

  private func withCheckpoint(_ mixture: NGramMixture.Parameters?, _ body: (String) throws -> Void) throws {
    try withTemporaryDirectory { path in
      let model = try Samples.checkpoint().model
      try Checkpoint(model: model, tokenizer: Samples.tokenizer, mixture: mixture).write(to: path + "/c")
      try body(path + "/c")
    }
  }

  @Test("come back as they were, with the model untouched")
  func roundTrip() throws {
    try withCheckpoint(Self.mixture) { path in
      let read = try Checkpoint(directory: path)
      let mixture = try #require(read.mixture)
      #expect(mixture.text.tokens.elementsEqual(Self.ids) && mixture.text.pieces == [8, 3])
      #expect(mixture.order == 5 && mixture.exponents == Self.mixture.exponents)
      expectEqual(read.model, try Samples.checkpoint().model)
      let logits = [Float](repeating: 0, count: Self.size)
      #expect(
        mixture.mixture.logProbabilities(logits, after: RecentTokens([1, 2]))
          == Self.mixture.mixture.logProbabilities(logits, after: RecentTokens([1, 2])))
    }
  }

  @Test("are a file of their own, beside which all others are as without")
  func without() throws {
    try withCheckpoint(nil) { plain in
      #expect(try Checkpoint(directory: plain).mixture == nil)
      try withCheckpoint(Self.mixture) { mixed in
        #expect(try Set(names(in: mixed)).subtracting(names(in: plain)) == ["ngrams.safetensors"])
        for name in try names(in: plain) where name != "manifest.json" {
          let isSame = try contents(plain + "/" + name) == contents(mixed + "/" + name)
          #expect(isSame, "\(name)")
        }
      }
    }
  }

  @Test("are held against the manifest: missing, altered, or not listed there")
  func manifest() throws {
    try withCheckpoint(Self.mixture) { path in
      let file = path + "/ngrams.safetensors"
      var bytes = try contents(file)
      bytes[bytes.count - 1] ^= 1
      try write(bytes, to: file)
      #expect(try fileError { _ = try Checkpoint(directory: path) }.description.contains("ngrams.safetensors: altered"))
      try FileManager.default.removeItem(atPath: file)
      let error = try fileError { _ = try Checkpoint(directory: path) }
      #expect(error.description.contains("ngrams.safetensors: not found; the manifest lists it"))
    }
    try withCheckpoint(nil) { path in
      try DurableFile.replace(path + "/ngrams.safetensors") { try $0.write(safetensors: Self.stored()) }
      let error = try fileError { _ = try Checkpoint(directory: path) }
      #expect(error.description.contains("ngrams.safetensors: not found; the checkpoint was written without it"))
    }
  }

  /// The tensors of the file, but for `replaced`.
  private static func stored(_ replaced: [WrittenTensor?] = [], without name: String? = nil) -> [WrittenTensor] {
    var tensors = [
      "tokens": WrittenTensor("tokens", TokenIDs(ids, vocabularySize: size), vocabularySize: size),
      "pieces": WrittenTensor("pieces", [8, 3]), "order": WrittenTensor("order", [5]),
      "exponents": WrittenTensor("exponents", Tensor([0.4, 0.6], shape: [2], elementType: .float64)),
    ]
    for case let tensor? in replaced { tensors[tensor.name] = tensor }
    if let name { tensors[name] = nil }
    return Array(tensors.values)
  }

  private static func exponents(_ values: [Double], _ type: ElementType = .float64) -> WrittenTensor {
    WrittenTensor("exponents", Tensor(values, shape: [values.count], elementType: type))
  }

  /// What a file may hold instead, and what is said of it.
  static let hostile: [(tensors: [WrittenTensor], reason: String)] = [
    (stored(without: "tokens"), "tokens is missing"), (stored(without: "pieces"), "pieces is missing"),
    (stored(without: "order"), "order is missing"), (stored(without: "exponents"), "exponents is missing"),
    (stored([WrittenTensor("more", [1])]), "more is no parameter"),
    (stored([WrittenTensor("tokens", ids)]), "tokens is I32 [11], where a list of 1 to 4194304 elements of U8"),
    (stored([WrittenTensor("tokens", Tensor([1, 2], shape: [2]))]), "tokens is F32 [2]"),
    (stored([WrittenTensor("tokens", TokenIDs([], vocabularySize: size), vocabularySize: size)]), "tokens is U8 [0]"),
    (stored([WrittenTensor("tokens", TokenIDs([255], vocabularySize: 256), vocabularySize: 256)]), "tokens: id 255"),
    (stored([WrittenTensor("pieces", [8, 4])]), "pieces: lengths that do not add up to the 11 tokens"),
    (stored([WrittenTensor("pieces", [12, -1])]), "pieces: lengths"),
    (stored([WrittenTensor("pieces", [11, 0])]), "pieces: lengths"),
    (stored([WrittenTensor("pieces", [.max, .max])]), "pieces: lengths"),
    (stored([WrittenTensor("pieces", Array(repeating: 1, count: 5_000))]), "pieces is I32 [5000]"),
    (stored([WrittenTensor("order", [0])]), "order: 0, where 1 to 8"),
    (stored([WrittenTensor("order", [9])]), "order: 9, where 1 to 8"),
    (stored([WrittenTensor("order", [.min])]), "order: -2147483648"),
    (stored([WrittenTensor("order", [5, 5])]), "order is I32 [2]"),
    (stored([exponents([0.4, .nan])]), "exponents: a number"),
    (stored([exponents([.infinity, 0])]), "exponents: a number"),
    (stored([exponents([1e5, 0])]), "exponents: a number"),
    (stored([exponents([0.4])]), "exponents is F64 [1]"),
    (stored([exponents([0.4, 0.6], .float32)]), "exponents is F32 [2]"),
  ]

  @Test("are refused by file and field where they are not what they should be", arguments: hostile.indices)
  func refused(index: Int) throws {
    let (tensors, reason) = Self.hostile[index]
    try withCheckpoint(Self.mixture) { path in
      try DurableFile.replace(path + "/ngrams.safetensors") { try $0.write(safetensors: tensors) }
      // Without a manifest nothing else can be wrong with it.
      try FileManager.default.removeItem(atPath: path + "/manifest.json")
      let error = try fileError { _ = try Checkpoint(directory: path) }
      #expect(error.description.contains("ngrams.safetensors: " + reason), "\(error)")
    }
  }

  @Test("are refused where the file is another or is cut")
  func cut() throws {
    try withCheckpoint(Self.mixture) { path in
      let bytes = try contents(path + "/ngrams.safetensors")
      try FileManager.default.removeItem(atPath: path + "/manifest.json")
      for length in [0, 7, 8, 100, bytes.count - 1] {
        try write(Array(bytes[..<length]), to: path + "/ngrams.safetensors")
        #expect(try fileError { _ = try Checkpoint(directory: path) }.description.contains("ngrams.safetensors"))
      }
    }
  }

  @Test(
    "are stored in as many bytes as their vocabulary takes", arguments: [(256, "U8"), (257, "U16"), (65_537, "I32")])
  func width(size: Int, type: String) throws {
    try withTemporaryDirectory { path in
      let ids = TokenIDs([0, Int32(size) - 1], vocabularySize: size)
      try DurableFile.replace(path + "/x") {
        try $0.write(safetensors: [WrittenTensor("t", ids, vocabularySize: size)])
      }
      let header = try SafetensorsFile(path + "/x", ifMissing: "").header
      #expect(header.entries.map(\.elementType.rawValue) == [type])
      #expect(header.entries.map(\.shape) == [[2]])
      // No tensor is made of ids.
      #expect(try fileError { _ = try Safetensors.read(path + "/x") }.description.contains("t is stored as \(type)"))
    }
  }
}
