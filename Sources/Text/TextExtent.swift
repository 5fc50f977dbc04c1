/// How much text a sequence of tokens stands for, so that losses can be compared between tokenizers.
public struct TextExtent: Sendable, Equatable {
  /// Tokens, Unicode scalars and UTF-8 bytes.
  public private(set) var tokenCount = 0, characterCount = 0, byteCount = 0

  /// The extent of `ids`, of which each is in the vocabulary of `tokenizer`; those that are `unscored` do not count.
  public init(of ids: Slice<TokenIDs>, leavingOut unscored: Int32? = nil, by tokenizer: some Tokenizer) {
    // A character counts for the token that has its first byte.
    let sizes = (0..<Int32(tokenizer.vocabularySize)).map { id in
      let bytes = tokenizer.bytes(of: id)
      return (characters: bytes.count { !UTF8.isContinuation($0) }, bytes: bytes.count)
    }
    var counts = ids.counts(vocabularySize: tokenizer.vocabularySize)
    if let unscored { counts[Int(unscored)] = 0 }
    for (count, size) in zip(counts, sizes) {
      tokenCount += count
      characterCount += count * size.characters
      byteCount += count * size.bytes
    }
  }

  /// Converts a mean per token, such as the loss over all these tokens, to a mean per character.
  public func perCharacter(_ perToken: Double) -> Double { perToken * (Double(tokenCount) / Double(characterCount)) }

  /// Converts a mean per token to a mean per byte.
  public func perByte(_ perToken: Double) -> Double { perToken * (Double(tokenCount) / Double(byteCount)) }
}
