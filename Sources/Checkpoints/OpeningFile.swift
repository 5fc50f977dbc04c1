import Files
import Text

/// What a text without a prompt begins with, where line breaks do not say: `opening.json`, for this package alone.
///
///     {"token_counts":[0,28411,19023]}
struct OpeningFile {
  static let name = "opening.json"
  private static let countsName = "token_counts"

  private let file: InputFile

  /// The file in `directory`; nil where it has none.
  static func ifPresent(in directory: String, _ calls: any SystemCalls) throws -> OpeningFile? {
    try InputFile.ifPresent(directory + "/" + name, calls: calls).map(OpeningFile.init)
  }

  /// What the file holds, for a model of `vocabularySize` tokens.
  ///
  /// - Throws: `FileError` that names the place where it is not what it should be.
  func opening(vocabularySize: Int) throws -> OpeningTokens {
    let field = try file.json(atMost: InputFile.largestDocument)[Self.countsName]
    let elements = try field.elements
    guard elements.count == vocabularySize else {
      throw field.failure("\(elements.count) counts, where the vocabulary has \(vocabularySize) tokens")
    }
    guard let opening = OpeningTokens(counts: try elements.map { try $0.integer(in: 0...Int.max) }) else {
      throw field.failure("every count is 0")
    }
    return opening
  }

  /// Writes `opening` into a checkpoint that is about to appear.
  static func write(_ opening: OpeningTokens, into directory: inout AtomicDirectory) throws {
    let json: JSON = .object([JSON.Member(name: countsName, value: .array(opening.counts.map { .integer($0) }))])
    try directory.write(name) { try $0.write(json.compact + "\n") }
  }
}
