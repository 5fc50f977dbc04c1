import Autograd
import Files
import NGrams
import Text

/// The n-grams that a checkpoint's model is mixed with: `ngrams.safetensors`.
///
///     tokens     [N]  U8, U16 or I32   the ids of the counted text, piece after piece
///     pieces     [P]  I32              how many of them each piece has
///     order      [1]  I32              the longest n-grams that are looked at
///     exponents  [2]  F64              λ and μ, those of the network's and the counts' probability
///
/// The counts follow from the text, and are counted when they are wanted.
struct NGramsFile {
  static let name = "ngrams.safetensors"
  private static let tensors: Set<String> = ["tokens", "pieces", "order", "exponents"]
  /// A text is counted in a few dozen.
  private static let mostPieces = 1 << 12
  /// Far above what is ever fitted, and low enough that no power of a probability overflows.
  private static let largestExponent = 1e4

  private let file: SafetensorsFile

  /// The file in `directory`; nil where it has none.
  ///
  /// - Throws: `FileError` where it is no safetensors file.
  static func ifPresent(in directory: String, _ calls: any SystemCalls) throws -> NGramsFile? {
    let path = directory + "/" + name
    guard try InputFile.ifPresent(path, calls: calls) != nil else { return nil }
    return NGramsFile(file: try SafetensorsFile(path, ifMissing: "take another checkpoint", calls: calls))
  }

  /// What the file holds, for a model of `vocabularySize` tokens.
  ///
  /// - Throws: `FileError` that names the field which is missing or is not what it should be; `MemoryError` where the
  ///   counts would take more memory than there is.
  func parameters(vocabularySize: Int) throws -> NGramMixture.Parameters {
    try file.requireNoneBut(Self.tensors)
    let exponents = try exponents()
    let order = Int(try file.integers("order", .int32, atMost: 1)[0])
    guard 1...NGramCounts.highestOrder ~= order else {
      throw failure("order: \(order), where 1 to \(NGramCounts.highestOrder) is expected")
    }
    let ids = try tokens(vocabularySize: vocabularySize)
    let pieces = try file.integers("pieces", .int32, atMost: Self.mostPieces).map(Int.init)
    // None is longer than an Int32 says, so their sum is far from overflow.
    guard pieces.allSatisfy({ $0 > 0 }), pieces.reduce(0, +) == ids.count else {
      throw failure("pieces: lengths that do not add up to the \(ids.count) tokens")
    }
    let text = CountedText(
      TokenIDs(ids, vocabularySize: vocabularySize), pieces: pieces, vocabularySize: vocabularySize)
    return NGramMixture.Parameters(text, order: order, exponents: exponents)
  }

  private func tokens(vocabularySize: Int) throws -> [Int32] {
    let count = try file.entry("tokens").shape.first ?? 0
    try requireMemory(
      Double(count) * CountedText.bytesPerToken, for: "counting the n-grams of \(counted(count, "token"))",
      remedy: "a checkpoint without them is needed here")
    let ids = try file.integers(
      "tokens", StoredElementType(ofIDsBelow: vocabularySize), atMost: CountedText.mostTokens)
    if let id = ids.first(where: { !(0..<vocabularySize ~= Int($0)) }) {
      throw failure("tokens: id \(id), where the vocabulary has \(vocabularySize)")
    }
    return ids
  }

  private func exponents() throws -> NGramMixture.Exponents {
    let entry = try file.entry("exponents")
    guard entry.elementType == .float64, entry.shape == [2] else {
      throw failure("exponents is \(entry.elementType.rawValue) \(entry.shape), where F64 [2] is expected")
    }
    let values = try file.tensor("exponents", shape: [2]).scalars
    guard values.allSatisfy({ abs($0) <= Self.largestExponent }) else {
      throw failure("exponents: a number that is not finite, or above \(Int(Self.largestExponent))")
    }
    return .init(network: values[0], counts: values[1])
  }

  private func failure(_ reason: String) -> FileError { .malformed(file: file.path, reason: reason) }

  /// Writes `mixture` into a checkpoint that is about to appear.
  static func write(_ mixture: NGramMixture.Parameters, into directory: inout AtomicDirectory) throws {
    let (text, exponents) = (mixture.text, mixture.exponents)
    let stored = [
      WrittenTensor("tokens", text.tokens, vocabularySize: text.vocabularySize),
      WrittenTensor("pieces", text.pieces.map(Int32.init)),
      WrittenTensor("order", [Int32(mixture.order)]),
      WrittenTensor("exponents", Tensor([exponents.network, exponents.counts], shape: [2], elementType: .float64)),
    ]
    try directory.write(name) { try $0.write(safetensors: stored) }
  }
}
