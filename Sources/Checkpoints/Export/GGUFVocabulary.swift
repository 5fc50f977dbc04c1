import Text

/// A character tokenizer's vocabulary as llama.cpp reads one: that of a SentencePiece model (`llama`), whose pieces are single
/// characters, so that nothing is ever merged.
struct GGUFVocabulary {
  /// What stands for a space in a piece.
  static let space: Unicode.Scalar = "\u{2581}"

  /// The pieces' texts, by id.
  let pieces: [[UInt8]]
  /// Their types, by id.
  let types: [Int32]

  private enum PieceType: Int32 {
    case normal = 1, unknown = 2, byte = 6
  }

  /// The vocabulary of `tokenizer`.
  ///
  /// - Throws: `ExportError`: it is of another kind, or a text would not come back as it was.
  init(_ tokenizer: any Tokenizer) throws(ExportError) {
    guard tokenizer is CharacterTokenizer else { throw .tokenizer(unit: tokenizer.unit) }
    var pieces = [Array(CharacterTokenizer.unknownToken.utf8)]
    var types = [PieceType.unknown]
    for id in 1..<Int32(tokenizer.vocabularySize) {
      let bytes = tokenizer.bytes(of: id)
      if bytes == Array(String(Self.space).utf8) { throw .spaceMark(Self.space) }
      // Pieces are read as C's strings, which end at a NUL.
      let isNUL = bytes == [0]
      pieces.append(isNUL ? Array("<0x00>".utf8) : bytes == [0x20] ? Array(String(Self.space).utf8) : bytes)
      types.append(isNUL ? .byte : .normal)
    }
    self.pieces = pieces
    self.types = types.map(\.rawValue)
  }

  /// The keys that describe it. The end of a text is `<unk>`: without one, llama.cpp takes the character with its own
  /// model's id for it.
  var keys: [(key: String, value: GGUFFile.Value)] {
    let unknown = GGUFFile.Value.count(Int(CharacterTokenizer.unknownID))
    let keys: [(key: String, value: GGUFFile.Value)] = [
      ("model", .string("llama")),
      ("tokens", .strings(pieces)),
      ("scores", .floats([Float](repeating: 0, count: pieces.count))),
      ("token_type", .integers(types)),
      ("bos_token_id", unknown),
      ("eos_token_id", unknown),
      ("unknown_token_id", unknown),
      ("add_bos_token", .bool(false)),
      ("add_eos_token", .bool(false)),
      ("add_space_prefix", .bool(false)),
    ]
    return keys.map { ("tokenizer.ggml.\($0.key)", $0.value) }
  }
}
